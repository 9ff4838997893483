import { TRANSLATIONS, type Words } from './privacyTranslations.ts';

/** What `/privacy show` is made of. */
export interface Measured {
  /** The share of runs that is recorded, 0 to 1. */
  readonly sampleRate: number;
  readonly retentionDays: number;
  /** Where runs are measured, as reports call it. */
  readonly surfaces: readonly string[];
  /** Whether numbers go to a metrics system of the operator's, too. */
  readonly isExported: boolean;
  /** Of this server. */
  readonly hasOptedOut: boolean;
}

const english: Words = {
  command: 'What this bot measures, and how a server opts out',
  show: 'What is measured, and what never is',
  optOut: 'Measure nothing in this server, and delete what is stored of it',
  optIn: 'Measure in this server again',
  measured: 'This bot counts which of its commands and other parts are used, how often they fail and how long they take.',
  never: 'It never keeps who used them, what anyone wrote, or any name, channel or address.',
  hashed: 'A server is kept only as a salted hash, and a time only as its day (UTC).',
  kept: (days) => `Everything is deleted after ${days} days.`,
  all: 'Every use is counted.',
  share: (percent) => `${percent} % of the uses are counted, drawn at random.`,
  surfaces: (names) => `Measured where: ${names}.`,
  exported: "The same numbers, without any server, also go to the operator's own metrics system, which sees finer times.",
  wayOut: (name) => `Whoever may manage this server can opt it out: \`/${name} opt-out\`.`,
  isOut: (name) => `This server has opted out: nothing of it is kept. To take that back: \`/${name} opt-in\`.`,
  off: 'This bot measures nothing at present.',
  optedOut: 'Done. Nothing of this server is kept from now on, and what was stored of it is being deleted.',
  optedIn: 'Done. Use in this server is counted again.',
  guildOnly: 'This works in a server only.',
  forManagers: 'Only members who may manage this server (Manage Server) can do that.',
  tooOften: 'That was changed too often today. Please try again tomorrow.',
  notNow: 'That could not be kept just now, so nothing has changed. Please try again later.'
};

/** In the reader's language where we have it; in English else. */
export function wordsOf(locale: string): Words {
  return TRANSLATIONS.get(locale) ?? english;
}

/** What is measured, in fewer than 15 lines. */
export function describe(words: Words, name: string, { sampleRate, retentionDays, surfaces, isExported, hasOptedOut }: Measured): string {
  return [
    words.measured,
    words.never,
    words.hashed,
    words.kept(retentionDays),
    sampleRate === 1 ? words.all : words.share(String(Number((sampleRate * 100).toPrecision(3)))),
    words.surfaces(surfaces.join(', ')),
    ...(isExported ? [words.exported] : []),
    hasOptedOut ? words.isOut(name) : words.wayOut(name)
  ]
    .map((line) => `- ${line}`)
    .join('\n');
}
