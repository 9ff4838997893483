import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { expect } from '@jest/globals';
import { container } from '@sapphire/framework';
import type { Meter } from '../../src/metrics/meter.ts';
import { freePort } from '../../examples/stand-ins/redisServer.ts';
import { settled, until } from '../support/bot.ts';
import { onBothDatabases, sqliteDatabase } from '../support/databases.ts';
import { Prometheus, type Sample } from '../support/prometheus.ts';
import { readDocument } from '../support/repository.ts';
import { testWhere } from '../support/testWhere.ts';
import { RUNS_OF_ROUND, startMixedBot, useMixed } from './mixedBot.ts';

const withPrometheus = testWhere(Prometheus.isInstalled(), 'no prometheus is installed');
const ROUNDS = 20;
const RUNS = ROUNDS * RUNS_OF_ROUND;
const CONFIG = `
global: { scrape_interval: 200ms }
scrape_configs: [{ job_name: bot, static_configs: [{ targets: ['127.0.0.1:PORT'] }] }]
`;
/** All runs that have ended, as docs/metrics.md says. */
const runs = (labels = ''): string => `{__name__=~"bot_run_(duration(_seconds)?_count|untimed_failures_total)"${labels}}`;

/** A meter of the SDK, with the exporter that Prometheus reads, and a Prometheus that reads it. */
async function startObserving(cleanup: AsyncDisposableStack): Promise<{ readonly meter: Meter; readonly prometheus: Prometheus }> {
  const port = await freePort();
  const provider = new MeterProvider({ readers: [new PrometheusExporter({ host: '127.0.0.1', port })] });
  cleanup.defer(() => provider.shutdown());
  const prometheus = cleanup.use(await Prometheus.start(CONFIG.replace('PORT', String(port))));
  return { meter: provider.getMeter('bot'), prometheus };
}

/** What is the value of what, without where it was read. */
const told = (samples: readonly Sample[]): Record<string, number> =>
  Object.fromEntries(samples.map(({ labels, value }) => [Object.values(labels).toSorted().join(' '), value]));

const counted = <Row>(rows: readonly Row[], name: (row: Row) => readonly string[], count: (row: Row) => number): Record<string, number> =>
  Object.fromEntries(rows.map((row) => [name(row).toSorted().join(' '), count(row)]));

onBothDatabases((createDatabase) => {
  withPrometheus('after five hundred mixed runs the sums of PromQL are those of the report', async () => {
    await using cleanup = new AsyncDisposableStack();
    const { meter, prometheus } = await startObserving(cleanup);
    const bot = cleanup.use(await startMixedBot(await createDatabase(), meter));
    await useMixed(bot, ROUNDS);
    await settled();
    const report = await container.telemetry.report();
    await until(async () => (await prometheus.value(`sum(${runs()})`)) === RUNS);

    expect(report.outcomes.successes + report.outcomes.failures).toBe(RUNS);
    expect(await prometheus.value(`sum(${runs(', status="ok"')})`)).toBe(report.outcomes.successes);
    const sum = async (by: string, of: string): Promise<Record<string, number>> => told(await prometheus.query(`sum by (${by}) (${of})`));
    expect(await sum('surface, feature, operation', runs())).toEqual(
      counted(
        report.features,
        ({ surface, feature, operation }) => [surface, feature, operation],
        ({ successes, failures }) => successes + failures
      )
    );
    expect(await sum('provider', runs(', provider!="", status!="ok"'))).toEqual(
      counted(
        report.providers.filter(({ failures }) => failures > 0),
        ({ provider }) => [provider],
        ({ failures }) => failures
      )
    );
    expect(await sum('error_type, status', runs(', error_type!=""'))).toEqual(
      counted(
        report.errors,
        ({ errorType, status }) => [errorType, status],
        ({ count }) => count
      )
    );
    expect(await sum('listener, error_type, status', 'bot_listener_errors_total')).toEqual(
      counted(
        report.listenerErrors,
        ({ listener, errorType, status }) => [listener, errorType, status],
        ({ count }) => count
      )
    );
    const { dropped, refused } = report.quality;
    expect(await sum('reason', 'bot_telemetry_lost_events_total')).toEqual({ queue_full: dropped, refused });
    expect(await sum('__name__', 'bot_telemetry_queue_length')).toEqual({ bot_telemetry_queue_length: 0 });
  });
});

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

withPrometheus('each expression of the dashboard returns data', async () => {
  const { panels } = JSON.parse(await readDocument('docs/grafana/dashboard.json')) as { readonly panels: readonly Panel[] };
  await using cleanup = new AsyncDisposableStack();
  const { meter, prometheus } = await startObserving(cleanup);
  const bot = cleanup.use(await startMixedBot(await sqliteDatabase(), meter));
  // A rate takes two readings, and something between them.
  for (const rounds of [1, 2]) {
    await useMixed(bot, 1);
    await until(async () => (await prometheus.value(`sum(${runs()})`)) === rounds * RUNS_OF_ROUND);
  }
  const expressions = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
  expect(expressions.length).toBeGreaterThan(10);
  const empty = [];
  for (const { title, expr } of expressions) {
    const query = expr.replaceAll(/\$__\w+/g, '1m').replaceAll('$job', 'bot');
    const samples = await prometheus.query(query);
    if (!samples.some(({ value }) => Number.isFinite(value))) empty.push({ title, query, samples });
  }
  expect(empty).toEqual([]);
});
