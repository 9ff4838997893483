import * as fc from 'fast-check';

/**
 * Any sign of Unicode, none of them half of another: the unit of texts. fast-check's own, `binary`, first makes a map of them all, which takes it
 * most of a second.
 */
export const anySign = fc.nat({ max: 0x10_f7_ff }).map((at) => String.fromCodePoint(at < 0xd8_00 ? at : at + 0x8_00));
