/** A column: what it holds, within which limits, and why it is stored at all. */
export interface Field {
  readonly column: string;
  readonly type: 'day' | 'uuid' | 'text' | 'integer' | 'real';
  readonly nullable: boolean;
  /** Longest text, in characters. */
  readonly maxLength?: number;
  /** The closed list of values. */
  readonly values?: readonly string[];
  /** Checked before an event is queued and by `verify`; too slow for a CHECK constraint. */
  readonly pattern?: RegExp;
  /** Least and greatest number, both allowed. */
  readonly range?: readonly [min: number, max: number];
  readonly purpose: string;
  readonly example: string;
}

/** A table of ours, and why there is one. */
export interface Table {
  readonly name: string;
  readonly purpose: string;
  /** The fields of the primary key, in its order: the day first where there is one, so that a day's rows stand together. */
  readonly key: readonly string[];
  readonly fields: Readonly<Record<string, Field>>;
}

type ValueOf<F extends Field> = F['type'] extends 'integer' | 'real'
  ? number
  : F extends { readonly values: readonly (infer V)[] }
    ? V
    : string;

/** The values of a row whose fields are `Fields`. */
export type RowOf<Fields extends Readonly<Record<string, Field>>> = {
  -readonly [Key in keyof Fields]: Fields[Key]['nullable'] extends true ? ValueOf<Fields[Key]> | null : ValueOf<Fields[Key]>;
};
