/** Attributes of a measurement. */
export type Attributes = Readonly<Record<string, string>>;

/** How an instrument is described. */
export interface InstrumentOptions {
  readonly description: string;
  /** In UCUM: `s`, or what is counted in braces, as `{run}`. */
  readonly unit: string;
  readonly advice?: { explicitBucketBoundaries: number[] };
}

/** An instrument that is asked for its value whenever someone collects. */
export interface Observable {
  addCallback(callback: (result: { observe(value: number, attributes?: Attributes): void }) => void): void;
}

/** What is used of a Meter of `@opentelemetry/api` 1.7 or newer. */
export interface Meter {
  createHistogram(name: string, options: InstrumentOptions): { record(value: number, attributes: Attributes): void };
  createCounter(name: string, options: InstrumentOptions): { add(value: number, attributes: Attributes): void };
  createObservableCounter(name: string, options: InstrumentOptions): Observable;
  createObservableUpDownCounter(name: string, options: InstrumentOptions): Observable;
}

const METHODS = ['createHistogram', 'createCounter', 'createObservableCounter', 'createObservableUpDownCounter'] as const;

/** Whether `value` has the methods of a Meter. */
export function isMeter(value: unknown): value is Meter {
  try {
    return METHODS.every((method) => typeof (value as Meter)[method] === 'function');
  } catch {
    return false;
  }
}
