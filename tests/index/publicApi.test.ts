import { expect, test } from '@jest/globals';
import type { Meter as OpenTelemetryMeter } from '@opentelemetry/api';
import type { Container } from '@sapphire/pieces';
import { expectTypeOf } from 'expect-type';
import type { ClientOptions } from 'discord.js';
import * as publicApi from '../../src/index.ts';
import type { CommandNames, TelemetryClientOptions } from '../../src/telemetry/clientOptions.ts';
import type { DeclaredNames, RunDescription } from '../../src/events/runDescription.ts';
import type { ErrorMatcher } from '../../src/errors/declaredErrors.ts';
import type { Meter } from '../../src/metrics/meter.ts';
import type { PurgeOptions, PurgeResult } from '../../src/retention/purge.ts';
import type { Deletion } from '../../src/store/store.ts';
import type { ReportOptions } from '../../src/reports/readReport.ts';
import type { Run, Telemetry } from '../../src/telemetry/telemetry.ts';
import type { Surface } from '../../src/schema/closedLists.ts';
import type { TelemetryStatus } from '../../src/telemetry/status.ts';
import type { UsageReport } from '../../src/reports/usageReport.ts';

test('the package exports three values, and everything else is types', () => {
  expect(Object.keys(publicApi).toSorted()).toEqual(['TelemetryUnavailableError', 'instrumentRoom', 'telemetryMiddleware']);
});

const trackASeed = (telemetry: Telemetry, description: RunDescription) => telemetry.track(description, async () => 'a seed');

// The type check fails when one of these changes: then a bot's code may not compile any more, and the CHANGELOG says so.
test('the types that bots are written against are these', () => {
  expectTypeOf<Container['telemetry']>().toEqualTypeOf<Telemetry>();
  expectTypeOf<ClientOptions['telemetry']>().toEqualTypeOf<TelemetryClientOptions | undefined>();

  expectTypeOf<keyof Telemetry>().toEqualTypeOf<'enabled' | 'track' | 'run' | 'report' | 'purge' | 'eraseGuild' | 'status' | 'flush'>();
  expectTypeOf<Telemetry['enabled']>().toEqualTypeOf<boolean>();
  expectTypeOf<Telemetry['run']>().toEqualTypeOf<(key: object) => Run>();
  expectTypeOf<Telemetry['report']>().toEqualTypeOf<(options?: ReportOptions) => Promise<UsageReport>>();
  expectTypeOf<Telemetry['purge']>().toEqualTypeOf<(options?: PurgeOptions) => Promise<PurgeResult>>();
  expectTypeOf<Telemetry['eraseGuild']>().toEqualTypeOf<(guildId: string) => Promise<Deletion>>();
  expectTypeOf<Telemetry['status']>().toEqualTypeOf<() => TelemetryStatus>();
  expectTypeOf<Telemetry['flush']>().toEqualTypeOf<() => Promise<boolean>>();

  const track = expectTypeOf<Telemetry['track']>();
  track.parameters.toEqualTypeOf<[description: RunDescription, work: (run: Run) => unknown]>();
  expectTypeOf(trackASeed).returns.toEqualTypeOf<Promise<string>>();

  expectTypeOf<keyof Run>().toEqualTypeOf<'annotate' | 'fail'>();
  expectTypeOf<RunDescription>().toEqualTypeOf<{
    readonly surface: Surface;
    readonly feature: string;
    readonly operation: string;
    readonly provider?: string | null | undefined;
    readonly guildId?: string | null | undefined;
  }>();
  expectTypeOf<Surface>().toEqualTypeOf<'discord' | 'racetime' | 'api'>();
  expectTypeOf<DeclaredNames>().toEqualTypeOf<{
    readonly feature?: string;
    readonly operation?: string;
    readonly provider?: string;
  }>();
  expectTypeOf<CommandNames['subcommands']>().toEqualTypeOf<Readonly<Record<string, DeclaredNames | false>> | undefined>();
  expectTypeOf<keyof TelemetryClientOptions>().toEqualTypeOf<
    'commands' | 'excludeGuilds' | 'errorTypes' | 'classifyError' | 'autocomplete' | 'meter'
  >();
  expectTypeOf<typeof RangeError>().toExtend<ErrorMatcher>();
  expectTypeOf<(error: unknown) => boolean>().toExtend<ErrorMatcher>();
  expectTypeOf<true>().toExtend<ErrorMatcher>();
  expectTypeOf<string>().not.toExtend<ErrorMatcher>();
  expectTypeOf<OpenTelemetryMeter>().toExtend<Meter>();
  expectTypeOf<keyof ReportOptions>().toEqualTypeOf<'days' | 'surface' | 'maxAgeMs'>();
});
