/** The shortest salt, in characters: 16 random bytes in hexadecimal. */
export const SALT_LENGTH = 32;

/** Fewer different characters than this, and it is a repetition. */
const DISTINCT_CHARACTERS = 10;
/** Of random texts one character in twenty follows from those before it. */
const PREDICTABLE_SHARE = 0.25;
/** Of the pairs of letters in random texts 8 % are among the common ones, in texts of people some 30 to 50 %. */
const WORDY_SHARE = 0.25;
const FEWEST_WORDY_PAIRS = 8;

/** In which signs follow each other where people type a sequence. */
const ORDERS = ['0123456789abcdefghijklmnopqrstuvwxyz', 'qwertyuiop', 'qwertzuiop', 'azertyuiop', 'asdfghjkl', 'zxcvbnm', 'yxcvbnm'];
/** The most frequent pairs of letters in English; other languages of Latin letters share most of them. */
const COMMON_PAIRS = new Set(
  'th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur'.split(
    ' '
  )
);

/**
 * Whether a text looks as if a machine had drawn it at random: long enough, without blanks, repetitions and sequences, and either hexadecimal or
 * of letters of both cases and digits that make no words.
 */
export function looksRandom(text: string): boolean {
  if (text.length < SALT_LENGTH || /\s/.test(text) || new Set(text).size < DISTINCT_CHARACTERS) return false;
  if (!/[a-z]/i.test(text) || predictableShare(text.toLowerCase()) > PREDICTABLE_SHARE) return false;
  if (/^(?:[0-9a-f]+|[0-9A-F]+)$/.test(text)) return true;
  return [/[a-z]/, /[A-Z]/, /\d/].every((kind) => kind.test(text)) && !isWordy(text.toLowerCase());
}

/** The share of the characters that go on with a sequence (`abc`, and `a1b2c3` too), or end three that stood there before, forwards or backwards. */
function predictableShare(text: string): number {
  const seen = new Set<string>();
  let predictable = 0;
  for (let end = 3; end <= text.length; end += 1) {
    const [a = '', b = '', c = ''] = text.slice(end - 3, end);
    if (isSequence(a, b, c) || (end >= 5 && isSequence(text.charAt(end - 5), a, c)) || seen.has(a + b + c)) predictable += 1;
    seen.add(a + b + c).add(c + b + a);
  }
  return predictable / text.length;
}

/** Three signs at the same short distance: `abc`, `531`, `aaa`, `rty`. */
function isSequence(a: string, b: string, c: string): boolean {
  return ORDERS.some((order) => {
    const [first, second, third] = [a, b, c].map((sign) => order.indexOf(sign)) as [number, number, number];
    return Math.min(first, second, third) >= 0 && second - first === third - second && Math.abs(second - first) <= 2;
  });
}

function isWordy(text: string): boolean {
  const pairs = [...text.matchAll(/(?=([a-z]{2}))/g)].map(([, pair = '']) => pair);
  const common = pairs.filter((pair) => COMMON_PAIRS.has(pair)).length;
  return common >= FEWEST_WORDY_PAIRS && common > pairs.length * WORDY_SHARE;
}
