import { readDocument } from './repository.ts';

/** A test that a document names, as - `tests/….test.ts`: "the words its title begins with". */
export interface NamedTest {
  readonly file: string;
  readonly words: string;
}

const NAMED = /`(tests\/[\w/.-]+\.test\.ts)`:\s+"([^"]+)"/g;
/** A call at the beginning of a line, whose first argument is a text and whose second is a function; `test.each(…)` is one too. */
const TITLE = /^ *(?:\w+|\w+\.each(?:<.*>)?\(.*\)|[\])}]+|\(.*\))\(\s*(['"`])((?:\\.|(?!\1)[^\\\n])+)\1,\s*(?:async )?\(/gm;
const PLACEHOLDER = /%[a-z]|\$\w+/;

/** The tests that a text in Markdown names. */
export function namedTests(markdown: string): NamedTest[] {
  return [...markdown.matchAll(NAMED)].map(([, file = '', words = '']) => ({ file, words: words.replaceAll(/\s+/g, ' ') }));
}

/** The code of the test, or the `describe`, whose title begins with these words; an empty text where there is none. */
export async function codeOf({ file, words }: NamedTest): Promise<string> {
  const code = await readDocument(file).catch(() => '');
  const titles = [...code.matchAll(TITLE)];
  const index = titles.findIndex(([, , title = '']) => beginsWith(title.replaceAll(/\\(.)/g, '$1'), words, code));
  return index === -1 ? '' : code.slice(titles[index]?.index, titles[index + 1]?.index);
}

/** Whether a title begins with `words`. What stands for a placeholder must be a value in the code: `'context menu'` for `%s`. */
function beginsWith(title: string, words: string, code: string): boolean {
  const { index } = PLACEHOLDER.exec(title) ?? {};
  if (index === undefined || words.length <= index) return title.startsWith(words);
  const rest = title.slice(index).replace(PLACEHOLDER, '');
  const filled = words.slice(index);
  return (
    words.startsWith(title.slice(0, index)) &&
    [...filled].some((_, end) => code.includes(`'${filled.slice(0, end + 1)}'`) && beginsWith(rest, filled.slice(end + 1), code))
  );
}
