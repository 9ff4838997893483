import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { DiscordStandIn, OptionValue, Reply, StandInUser } from '../stand-ins/discord.ts';

/** A run ends a moment after its reply was seen, and a report is shared for two seconds. */
const SETTLE_MS = 6_000;

const Usage = z.object({ features: z.array(z.object({ invokes: z.number(), successes: z.number(), failures: z.number() })) });

/** `/telemetry` as it is used in Discord, by the application's owner or by others. */
export class TelemetryUser {
  readonly #discord: DiscordStandIn;
  readonly #user: StandInUser;

  constructor(discord: DiscordStandIn, user: StandInUser) {
    this.#discord = discord;
    this.#user = user;
  }

  /** What the user reads: the text of the answer, or of the file that is attached. */
  async ask(subcommand: string, options: Record<string, OptionValue> = {}): Promise<string> {
    const reply = await this.#discord.slash({ command: 'telemetry', subcommand, options, user: this.#user });
    const text = textOf(reply);
    if (text === '') throw new Error(`/telemetry ${subcommand} got no answer`);
    if (reply?.ephemeral !== true) throw new Error(`The answer to /telemetry ${subcommand} was shown to everybody`);
    return text;
  }

  /** @throws {Error} unless as many runs were begun, and have ended, as were `sent`. */
  async assertRuns(sent: number): Promise<void> {
    const deadline = performance.now() + SETTLE_MS;
    for (;;) {
      // Two days, as the demo may run across midnight.
      const { features } = Usage.parse(JSON.parse(await this.ask('report', { days: 2, format: 'json' })));
      const sum = (key: 'invokes' | 'successes' | 'failures') => features.reduce((total, one) => total + one[key], 0);
      const [invokes, successes, failures] = [sum('invokes'), sum('successes'), sum('failures')];
      if (invokes === sent && successes + failures === sent) return;
      if (performance.now() > deadline) {
        throw new Error(
          `The bot was used ${sent} times, but the report has ${invokes} runs = ${successes} successes + ${failures} failures`
        );
      }
      await wait(200);
    }
  }
}

function textOf(reply: Reply | undefined): string {
  return reply?.files[0]?.text ?? reply?.content ?? '';
}
