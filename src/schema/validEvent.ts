import { z } from 'zod';
import { eventFields, type TelemetryEvent } from './eventFields.ts';
import type { Field } from './field.ts';

/** Texts that fitted their pattern are remembered, up to this many: names are few and come again in every event. */
const MAX_REMEMBERED = 20_000;

/** The one gate to the queue: exactly the fields of the dictionary, each within its limits. Compiled, since every event passes it. */
const eventSchema = z.compile(
  z.strictObject(Object.fromEntries(Object.entries(eventFields).map(([key, field]) => [key, fieldSchema(field)])))
);

/** Whether `event` holds exactly the fields of the data dictionary, each within its limits. */
export function isValidEvent(event: TelemetryEvent): boolean {
  return z.validate(eventSchema, event) && event.sampleRate > 0;
}

function fieldSchema(field: Field): z.ZodType {
  const schema = valueSchema(field);
  return field.nullable ? schema.nullable() : schema;
}

function valueSchema({ type, values, range, maxLength, pattern }: Field): z.ZodType {
  if (type === 'integer' || type === 'real') {
    const [min, max] = range ?? [-Infinity, Infinity];
    return (type === 'integer' ? z.int() : z.number()).min(min).max(max);
  }
  if (values !== undefined) return z.enum(values);
  const text = maxLength === undefined ? z.string() : z.string().max(maxLength);
  if (pattern === undefined) return text;
  return type === 'uuid' ? text.refine(looksLikeUuidV4) : text.refine(remembering(pattern));
}

/** An id is new in every event, so its pattern would cost as much as all other checks together; `verify` looks at the whole of it. */
function looksLikeUuidV4(id: string): boolean {
  return id.length === 36 && id[14] === '4';
}

function remembering(pattern: RegExp): (text: string) => boolean {
  const fitting = new Set<string>();
  return (text) => {
    if (fitting.has(text)) return true;
    if (!pattern.test(text)) return false;
    if (fitting.size >= MAX_REMEMBERED) fitting.clear();
    fitting.add(text);
    return true;
  };
}
