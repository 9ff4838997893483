import { AggregationTemporality, MeterProvider, PeriodicExportingMetricReader, type PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { atEnd } from '../../support/cleanup.ts';
import type { Contestant } from './contestant.ts';

const ATTRIBUTES = { surface: 'discord', feature: 'generator', operation: 'preset', provider: 'alttpr', status: 'ok' };

/** A span through the batch processor, into an exporter that only counts. */
export function span(): Contestant {
  let exported = 0;
  const exporter: SpanExporter = {
    export: (spans, done) => {
      exported += spans.length;
      done({ code: 0 });
    },
    shutdown: async () => undefined
  };
  const processor = new BatchSpanProcessor(exporter);
  const provider = new BasicTracerProvider({ spanProcessors: [processor] });
  const tracer = provider.getTracer('bench');
  atEnd(() => provider.shutdown());
  return {
    name: 'OpenTelemetry span, batch processor, exporter that counts',
    unitsPerRun: 1,
    hasWayOut: true,
    make: (units) => {
      for (let index = 0; index < units; index += 1) tracer.startSpan('discord.generator.preset', { attributes: ATTRIBUTES }).end();
    },
    deliver: () => processor.forceFlush(),
    delivered: () => exported
  };
}

/** A counter, read once a thousand additions. */
export function counter(): Contestant {
  let exported = 0;
  const exporter: PushMetricExporter = {
    export: ({ scopeMetrics }, done) => {
      for (const { metrics } of scopeMetrics)
        for (const { dataPoints } of metrics) for (const { value } of dataPoints) exported = Number(value);
      done({ code: 0 });
    },
    forceFlush: async () => undefined,
    selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE,
    shutdown: async () => undefined
  };
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const events = provider.getMeter('bench').createCounter('events');
  atEnd(() => provider.shutdown());
  return {
    name: 'OpenTelemetry counter, read each 1,000',
    unitsPerRun: 2,
    hasWayOut: true,
    make: (units) => {
      for (let index = 0; index < units; index += 1) events.add(1, { ...ATTRIBUTES });
    },
    deliver: () => reader.forceFlush(),
    delivered: () => exported
  };
}
