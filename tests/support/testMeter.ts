import type { Meter } from '@opentelemetry/api';
import { DataPointType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';

/** Something that was measured, and with which attributes; of a histogram, how often. */
export interface Measured {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: number;
}

/** In an order of their own, whichever came first. */
export function inOrder(points: readonly Measured[]): Measured[] {
  const text = ({ attributes }: Measured): string =>
    JSON.stringify(
      Object.keys(attributes)
        .toSorted(byText)
        .map((name) => [name, attributes[name]])
    );
  return points.toSorted((a, b) => byText(text(a), text(b)));
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** A meter of OpenTelemetry's own SDK, and what it was told so far. */
export class TestMeter {
  readonly meter: Meter;
  readonly #reader = new Reader();

  constructor() {
    this.meter = new MeterProvider({ readers: [this.#reader] }).getMeter('bot');
  }

  /** Every instrument that has measured anything, as the SDK describes it. */
  async metrics() {
    const { resourceMetrics, errors } = await this.#reader.collect();
    if (errors.length > 0) throw new AggregateError(errors);
    return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
  }

  /** All attributes of all that was measured, as one text. */
  async attributes(): Promise<string> {
    const metrics = await this.metrics();
    return JSON.stringify(metrics.flatMap(({ dataPoints }) => dataPoints.map(({ attributes }) => attributes)));
  }

  async measured(name: string): Promise<Measured[]> {
    const found = (await this.metrics()).filter(({ descriptor }) => descriptor.name === name);
    const points = found.flatMap((metric) =>
      metric.dataPointType === DataPointType.HISTOGRAM
        ? metric.dataPoints.map(({ attributes, value }) => ({ name, attributes, value: value.count }))
        : metric.dataPoints.map(({ attributes, value }) => ({ name, attributes, value: Number(value) }))
    );
    return inOrder(points);
  }

  /** How often, or how many, over all attributes. */
  async sum(...names: readonly string[]): Promise<number> {
    const all = await Promise.all(names.map((name) => this.measured(name)));
    return all.flat().reduce((sum, { value }) => sum + value, 0);
  }
}
