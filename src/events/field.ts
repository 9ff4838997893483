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
  /** The fields of the primary key, in its order: the day first, so that a day's rows stand together. */
  readonly key: readonly string[];
  readonly fields: Readonly<Record<string, Field>>;
}

// Discord's ids have 17 digits or more: a name that holds 15 digits of any script with no letter between them never passes.
/** A feature, an operation or an error type: letters of any script, digits and underscores, never a dot. */
export const SEGMENT = /^(?!.*\p{N}(?:[\p{M}_]*\p{N}){14})[\p{L}\p{N}_][\p{L}\p{M}\p{N}_]{0,63}$/u;
/** A provider: as a segment, and dots and hyphens as in a host name. Without any letter it would be an address. */
export const PROVIDER = /^(?!.*\p{N}(?:[\p{M}_.-]*\p{N}){14})(?=.*\p{L})[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.-]{0,63}$/u;
export const EVENT_NAME =
  /^(?!.*\p{N}(?:[\p{M}_]*\p{N}){14})(?:discord|racetime|api)(?:\.[\p{L}\p{N}_][\p{L}\p{M}\p{N}_]{0,63}){2}\.(?:invoke|success|failure)$/u;
export const DAY = /^\d{4}-\d{2}-\d{2}$/;
export const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const GUILD_HASH = /^[0-9a-f]{64}$/;

type ValueOf<F extends Field> = F['type'] extends 'integer' | 'real'
  ? number
  : F extends { readonly values: readonly (infer V)[] }
    ? V
    : string;

/** The values of a row whose fields are `Fields`. */
export type RowOf<Fields extends Readonly<Record<string, Field>>> = {
  -readonly [Key in keyof Fields]: Fields[Key]['nullable'] extends true ? ValueOf<Fields[Key]> | null : ValueOf<Fields[Key]>;
};
