import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { container, UserError } from '@sapphire/framework';
import * as fc from 'fast-check';
import { tables } from '../../src/schema/dictionary.ts';
import { renderCsv } from '../../src/render/csv.ts';
import { renderEmbed } from '../../src/render/embed.ts';
import { renderMessage } from '../../src/render/message/message.ts';
import { PAGES } from '../../src/render/message/view.ts';
import { renderJson } from '../../src/render/json.ts';
import { renderText } from '../../src/render/text.ts';
import type { UsageReport } from '../../src/reports/usageReport.ts';
import { renderStatus } from '../../src/commands/statusText.ts';
import type { TelemetryService } from '../../src/telemetry/telemetryService.ts';
import { anySign } from './anySign.ts';
import type { TestBot } from './bot.ts';
import type { TestDatabase } from './databases.ts';

/*
 * What must never be found again. A bot author may call a thing by any word, so a word alone can't be told from a name: what is promised is
 * that nothing passes that holds another sign than letters, digits, spaces, hyphens and underscores (a provider: dots, and no spaces), nor
 * fifteen digits, however they are written and parted. Every sentinel breaks one of these.
 */

/** Stands in every text that is planted. */
const MARK = 'zqxj';
/** Every id that is planted begins so. */
const ID = '8123456789';
const ADDRESS = '203.0.113.77';

/** What of the sentinels is found in `text`: nothing, if all is well. */
export function leaksIn(text: string): string[] {
  const digits = text.normalize('NFKC').replaceAll(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x6_60));
  const squeezed = digits.replaceAll(/[^\p{L}\p{N}]/gu, '');
  const found = [text, squeezed].flatMap((one) => [...one.matchAll(new RegExp(`.{0,30}(?:${MARK}|${ID}).{0,30}`, 'giu'))]);
  return [...found.map(([where]) => where), ...(text.includes(ADDRESS) ? [ADDRESS] : [])];
}

export const snowflakes = fc.integer({ min: 1e6, max: 1e9 - 1 }).map((rest) => `${ID}${rest}`);

const written = (id: string): string[] => [
  id,
  `<@${id}>`,
  `guild_${id}`,
  `user ${id}`,
  ...[' ', '-', '_', '.', '\u0332', '_-'].map((sign) => id.replaceAll(/\d{3}/g, (part) => part + sign)),
  [...id].join('-'),
  id.replaceAll(/\d/g, (digit) => String.fromCharCode(0x6_60 + Number(digit))),
  id.replaceAll(/\d/g, (digit) => String.fromCharCode(0xff_10 + Number(digit))),
  id.replaceAll(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit)))
];

const TEXTS = [
  `${MARK}.user@example.org`,
  `Bearer ${MARK}.aBc-dEf`,
  `Error: ${MARK}\n    at run (/home/${MARK}/bot.js:1:2)`,
  `/home/${MARK}/.env`,
  `C:\\Users\\${MARK}`,
  `'); drop table telemetry_events; -- ${MARK}`,
  `{"${MARK}",NULL}`,
  `=HYPERLINK("http://${MARK}")`,
  `postgresql://bot:${MARK}@db/bot`,
  `${MARK} O'Brien 😀`,
  `\u001B[31m${MARK}`,
  `${MARK}\u0000`,
  `\u202E${MARK}`,
  `\`\`\`${MARK}`,
  `${MARK}, ${'x'.repeat(200)}`,
  ADDRESS
];

const filler = fc.string({ unit: anySign, maxLength: 12 });
const sign = fc.constantFrom(...`@/;:'"<>\\,!?#$%&*()+=[]{}|~^\``);

/** Texts as users and errors have them. */
export const texts = fc.oneof(
  fc.constantFrom(...TEXTS),
  snowflakes.chain((id) => fc.constantFrom(...written(id))),
  fc.tuple(filler, fc.constant(MARK), sign, filler).map((parts) => parts.join(''))
);

/** Anything at all that code may hand over in place of a text. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: texts },
  texts.map((text) => [text]),
  texts.map((text) => ({ toString: () => text })),
  texts.map((text) => ({
    toString: () => {
      throw new Error(text);
    }
  })),
  texts.map((text) => Symbol(text)),
  texts.map((text) => new Error(text)),
  texts.map((text) => ({ [text]: text, feature: text })),
  snowflakes.map(BigInt),
  snowflakes.map(Number),
  fc.constantFrom(null, undefined, Number.NaN, '', '__proto__', 'constructor')
);

const KNOWN_NAMES = ['UserError', 'PreconditionError', 'DiscordAPIError[50013]', 'HTTPError', 'AbortError', 'ZodError', 'Error'];

/** Errors of which every part tells something. */
export const errors: fc.Arbitrary<unknown> = fc.letrec<{ error: unknown }>((tie) => ({
  error: fc.oneof(
    { maxDepth: 3 },
    { weight: 1, arbitrary: anything },
    { weight: 1, arbitrary: texts.map((text) => new UserError({ identifier: text, message: text, context: { text } })) },
    {
      weight: 4,
      arbitrary: fc
        .record(
          {
            message: texts,
            name: fc.oneof(fc.constantFrom(...KNOWN_NAMES), anything),
            code: fc.oneof(anything, fc.constantFrom('ECONNREFUSED', 10_062)),
            identifier: anything,
            stack: texts,
            status: fc.oneof(anything, fc.constant(404)),
            response: anything,
            requestBody: anything,
            cause: tie('error')
          },
          { requiredKeys: [] }
        )
        .map((parts) => Object.assign(new Error('planted'), parts))
    }
  )
})).error;

/** All rows of all our tables, as one text. */
export async function rowsOf(database: TestDatabase): Promise<string> {
  const rows = await Promise.all(Object.values(tables).map(({ name }) => database.sql(`select * from ${name}`)));
  return JSON.stringify(rows);
}

/** The bytes of the SQLite files; of a server's, nothing is seen here. */
export async function bytesOf({ env }: TestDatabase): Promise<string> {
  const folder = env['TELEMETRY_DATA_DIR'];
  if (folder === undefined) return '';
  return (await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'latin1')))).join('\n');
}

export function renderings(report: UsageReport): string {
  const views = PAGES.map((page) =>
    renderMessage(report, { page, days: 7, surface: undefined, operation: undefined }, { retentionDays: 30, picture: undefined })
  );
  return [renderText(report), JSON.stringify([renderEmbed(report), ...views]), renderCsv(report), renderJson(report)].join('\n');
}

export function statusOf(telemetry: TelemetryService): string {
  return `${JSON.stringify(telemetry.status())}\n${renderStatus(telemetry.status())}`;
}

/** All that the bot's owners see of telemetry: its lines in the log, its status, and its report in every form. */
export async function shownBy({ discord, log }: TestBot): Promise<string> {
  // Sapphire logs the bot's own errors as they are, and would log one of ours by the name of its listener.
  const ours = log.filter((line) => /^\w+ Telemetry|"telemetry/.test(line));
  const lines = [...ours, JSON.stringify(container.telemetry.status())];
  for (const options of [{}, { format: 'text' }, { format: 'csv' }, { format: 'json' }]) {
    const reply = await discord.slash({ command: 'telemetry', subcommand: 'report', options, user: discord.owner });
    lines.push(JSON.stringify(reply?.components), ...(reply?.files.map(({ text }) => text) ?? []));
  }
  const status = await discord.slash({ command: 'telemetry', subcommand: 'status', user: discord.owner });
  return [...lines, status?.content].join('\n');
}

/** An error with all that a log would show of it. */
export function errorText(error: unknown): string {
  return inspect(error, { depth: 9 });
}
