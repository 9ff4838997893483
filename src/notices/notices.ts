import type { Client } from 'discord.js';
import { CronJob } from '../common/cron.ts';
import type { ThrottledLogger } from '../logging/throttledLogger.ts';
import type { TelemetryService } from '../telemetry/telemetryService.ts';
import { alertMessage } from './alertMessage.ts';
import { DIGEST_VIEW, digestMessage } from './digest.ts';
import { Notifier } from './notifier.ts';

const NO_SCHEDULE =
  'Telemetry cannot schedule its digest, since node-cron failed to load: none is sent. If the bot is bundled, leave node-cron out of the bundle';

interface NoticesOptions {
  readonly client: Client;
  readonly service: TelemetryService;
  readonly log: ThrottledLogger;
  /** `owner`, or the id of a channel. */
  readonly to: string;
  readonly digestCron: string;
}

/** What a bot writes of itself, while it is logged in. */
export class Notices {
  readonly notifier: Notifier;
  readonly #options: NoticesOptions;
  #digests: CronJob | undefined;
  #endAlerts: (() => void) | undefined;

  constructor(options: NoticesOptions) {
    this.#options = options;
    this.notifier = new Notifier(options);
  }

  start(): void {
    const { digestCron: cron, log, service } = this.#options;
    const onFailure = (): void => log.error('digest', NO_SCHEDULE);
    this.#digests ??= new CronJob({ cron, name: 'telemetry-digest', work: () => this.sendDigest(), onFailure });
    this.#endAlerts ??= service.onAlert((alert) => void this.notifier.send(alert.kind, alert.name, async () => alertMessage(alert)));
  }

  /** Gives up what is being sent. May be followed by `start`. */
  stop(): void {
    void this.#digests?.stop();
    this.#digests = undefined;
    this.#endAlerts?.();
    this.#endAlerts = undefined;
    this.notifier.stop();
  }

  /** Sends the digest of today, unless that was done. Never rejects. */
  sendDigest(): Promise<void> {
    const { service } = this.#options;
    return this.notifier.send('digest', 'week', async () => digestMessage(await service.report({ days: DIGEST_VIEW.days })));
  }
}
