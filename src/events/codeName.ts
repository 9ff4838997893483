import { createHash } from 'node:crypto';

/** What a name is called that holds nothing else than letters, digits and underscores. */
const FITS = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_]*$/u;
/** Whatever is neither letter nor digit, with the marks on it, as the one that makes a heart red. */
const STRIPPED = /(?:[^\p{L}\p{M}\p{N}]\p{M}*)+/gu;
const SUFFIX_LENGTH = 6;

/**
 * Lower case, with spaces and hyphens as `_`, and the words of camel case apart: `Daily Race`, `daily-race` and `dailyRace` are all
 * `daily_race`.
 */
export function normalize(name: string): string {
  return name
    .trim()
    .replaceAll(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll}{2})/gu, '_')
    .toLowerCase()
    .normalize('NFC')
    .replaceAll(/[ -]+/g, '_');
}

/**
 * What a name in code is called within so many characters: `Get User's Avatar (big)` is `get_users_avatar_big_…`. Where something is stripped
 * or cut, letters made from the whole name follow, so that names which differ stay different. Empty where nothing is left.
 */
export function codeName(name: string, longest: number): string {
  const whole = normalize(name);
  if (whole.length <= longest && FITS.test(whole)) return whole;
  const readable = whole
    .replaceAll(/['’]/g, '')
    .replaceAll(STRIPPED, '_')
    .replace(/^[_\p{M}]+/u, '');
  const cut = readable.slice(0, longest - SUFFIX_LENGTH - 1).replace(/[\uD800-\uDBFF]?_*$/, '');
  return cut === '' ? '' : `${cut}_${suffixOf(whole)}`;
}

/** In letters alone: digits would count as the digits of an id do. */
function suffixOf(name: string): string {
  const hash = createHash('sha256').update(name).digest().subarray(0, SUFFIX_LENGTH);
  return [...hash].map((byte) => String.fromCodePoint(0x61 + (byte % 26))).join('');
}
