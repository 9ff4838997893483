import { expect, test } from '@jest/globals';
import {
  ActionRowBuilder,
  ButtonBuilder,
  ComponentType,
  ContainerBuilder,
  MessageFlags,
  StringSelectMenuBuilder,
  type APIContainerComponent
} from 'discord.js';
import { problemOf } from '../../examples/stand-ins/messageRules.ts';
import { renderDigest, renderMessage } from '../../src/render/message/message.ts';
import { operationKey, PAGES, toCustomId, viewAfter, type ReportView } from '../../src/render/message/view.ts';
import { addDays } from '../../src/events/day.ts';
import type { UsageReport } from '../../src/reports/usageReport.ts';
import { SURFACES } from '../../src/schema/closedLists.ts';
import { aCount, HUGE, reportFrom, reportOf, TODAY } from '../support/madeReports.ts';
import { controlsIn, partsOf, tableIn, textIn } from '../support/messageParts.ts';
import { seededRandom } from '../support/randomEvents.ts';

const VIEW: ReportView = { page: 'overview', days: 7, surface: undefined, operation: undefined };
const parts = { retentionDays: 90, picture: undefined };

/** A report with more of everything than any message holds. */
function overfull(report: UsageReport): UsageReport {
  const listenerErrors = report.errors.map((error) => ({ ...error, listener: error.errorType }));
  const unused = report.features.map((one) => ({ ...one, piece: `commands/${one.operation}` }));
  const reach = report.features.map((one) => ({ ...one, guilds: 5, previousGuilds: 10 }));
  return { ...report, listenerErrors, unused, reach };
}

/** The same where nothing was before, and every operation has changed. */
function changed(report: UsageReport): UsageReport {
  const more = { ratio: 12_345_678.9, isNotable: true };
  const change = { invokes: more, failureRate: more };
  return { ...report, previous: reportFrom([]), features: report.features.map((one) => ({ ...one, previous: one, change })) };
}

/** Every view of a report: each page, and a look into its first, its last and no operation. */
function viewsOf({ features }: UsageReport): ReportView[] {
  const looked = [features.at(0), features.at(-1)].map((one) => ({ ...VIEW, operation: one && operationKey(one) }));
  return [...PAGES.map((page) => ({ ...VIEW, page })), ...looked, { ...VIEW, operation: '0123456789ab' }];
}

/** By the rules of Discord, as the stand-in for it and the builders of discord.js know them. */
function expectToFit(report: UsageReport): void {
  for (const view of viewsOf(report)) {
    for (const picture of view.page === 'overview' && view.operation === undefined ? [undefined, 'telemetry.png'] : [undefined])
      expectMessageToFit(renderMessage(report, view, { ...parts, picture }), picture);
  }
  for (const one of [report, changed(report)])
    for (const picture of [undefined, 'telemetry.png'])
      expectMessageToFit(renderDigest(one, VIEW, { picture, note: 'There is no picture: something is the matter.' }), picture);
}

function expectMessageToFit(message: APIContainerComponent, picture: string | undefined): void {
  const attachments = picture === undefined ? [] : [{ id: '1', filename: picture, size: 1, url: '', proxy_url: '' }];
  expect(problemOf({ content: '', embeds: [], components: [message], flags: MessageFlags.IsComponentsV2, attachments })).toBeUndefined();
  expect(partsOf([message]).length).toBeLessThanOrEqual(40);
  expect(textIn([message]).length).toBeLessThanOrEqual(4_000);
  expect(new ContainerBuilder(message).toJSON()).toMatchObject({ type: ComponentType.Container });
  for (const row of partsOf([message]).filter(({ type }) => type === ComponentType.ActionRow)) expectToBuild(row.components ?? []);
  expect(textIn([message]).split('```').length % 2).toBe(1);
}

/** The builders check what they are given, and not what they are made from. */
function expectToBuild(controls: readonly object[]): void {
  const built = controls.map((one) => ('options' in one ? StringSelectMenuBuilder.from(one as never) : ButtonBuilder.from(one as never)));
  expect(new ActionRowBuilder<ButtonBuilder | StringSelectMenuBuilder>().addComponents(built).toJSON().components).toEqual(controls);
}

test('every view fits into what Discord takes, with nothing to tell, one day, the longest names, and 10,000 operations', () => {
  expectToFit(reportFrom([]));
  expectToFit(reportOf({ days: 1, operations: 1 }));
  expectToFit(overfull(reportOf(HUGE)));
  expectToFit(overfull(reportOf({ ...HUGE, withToday: true })));
  expectToFit(reportOf({ ...HUGE, operations: 1, withToday: true }));
  expectToFit(overfull(reportOf({ ...HUGE, operations: 10_000, days: 2 })));
  const random = seededRandom(7);
  const upTo = (most: number): number => 1 + Math.floor(random() * most);
  for (let round = 0; round < 6; round += 1) {
    const size = {
      operations: upTo(60),
      errors: upTo(100),
      providers: upTo(100),
      days: upTo(60),
      count: 10 ** upTo(12),
      withToday: round % 2 === 0
    };
    const [length, letter] = [upTo(64), ['ж', '漢', '𐐀'][round % 3] ?? ''];
    expectToFit(
      overfull(reportOf({ ...size, name: (kind, index) => [...`${index}${kind}`.padEnd(length, letter)].slice(0, length).join('') }))
    );
  }
});

test('a table says how many rows were left out', () => {
  const report = overfull(reportOf(HUGE));
  for (const [page, title, rows] of [
    ['failures', 'Failures by operation', 2 * report.features.filter(({ errors }) => errors.length > 0).length],
    ['unused', 'Unused', report.unused?.length ?? 0],
    ['quality', 'Days', report.daily.length]
  ] as const) {
    const shown = [...tableIn([renderMessage(report, { ...VIEW, page }, parts)], title).keys()];
    const left = Number(/and ([\d,]+) more/.exec(shown.at(-1) ?? '')?.[1]?.replaceAll(',', ''));
    expect({ page, rows: shown.length - 1 + left }).toEqual({ page, rows });
  }
  expect(textIn([renderMessage(reportOf(), VIEW, parts)])).not.toContain('more');
});

test('a table takes the room that shorter ones leave', () => {
  const report = reportOf({ operations: 1, days: 40, withToday: true });
  const one = report.features.find(({ surface }) => surface === 'discord');
  const message = renderMessage(report, { ...VIEW, operation: one && operationKey(one) }, parts);
  const whole = { 'Today so far': 1, 'Errors today so far': 2, 'Providers today so far': 2, Errors: 2, Providers: 2, Days: 40 };
  expect(Object.fromEntries(Object.keys(whole).map((title) => [title, tableIn([message], title).size]))).toEqual(whole);
});

test('the menus offer the periods that are kept, every surface and the operations that are used most, and say what is shown', () => {
  const report = reportOf({ operations: 40, days: 7 });
  const offered = (view: ReportView, retentionDays: number): string[][] =>
    controlsIn([renderMessage(report, view, { ...parts, retentionDays })])
      .filter(({ options }) => options !== undefined)
      .map(({ options = [] }) => options.map((one) => (one.default === true ? `(${one.value})` : one.value)));
  const most = report.features.slice(0, 25).map(operationKey);
  const surfaces = ['(all)', ...SURFACES];
  expect(offered(VIEW, 30)).toEqual([['1', '(7)', '14', '30'], surfaces, most]);
  expect(offered({ ...VIEW, days: 5 }, 6)).toEqual([['1', '(5)'], surfaces, most]);
  const last = report.features.at(-1);
  const operation = last && operationKey(last);
  expect(offered({ ...VIEW, days: 90, surface: 'api', operation }, 90)).toEqual([
    ['1', '7', '14', '30', '(90)'],
    ['all', ...SURFACES.map((one) => (one === 'api' ? '(api)' : one))],
    [...most.slice(0, -1), `(${operation})`]
  ]);
  expect(offered(VIEW, 90)[0]?.length).toBe(5);
  expect(controlsIn([renderMessage(reportFrom([]), VIEW, parts)]).filter(({ options }) => options !== undefined)).toHaveLength(2);
});

test('a control leads from each view to another, and a forged one nowhere', () => {
  const shown: ReportView = { page: 'speed', days: 14, surface: 'discord', operation: '0123456789ab' };
  expect(viewAfter(toCustomId('page', { ...shown, page: 'quality' }), undefined)).toEqual({ ...shown, page: 'quality' });
  expect(viewAfter(toCustomId('open', shown), undefined)).toEqual(shown);
  expect(viewAfter(toCustomId('open', shown), '7')).toBeUndefined();
  expect(viewAfter(toCustomId('days', shown), '30')).toEqual({ ...shown, days: 30 });
  expect(viewAfter(toCustomId('surface', shown), 'api')).toEqual({ ...shown, surface: 'api', operation: undefined });
  expect(viewAfter(toCustomId('surface', shown), 'all')).toEqual({ ...shown, surface: undefined, operation: undefined });
  expect(viewAfter(toCustomId('operation', shown), 'ba9876543210')).toEqual({ ...shown, operation: 'ba9876543210' });
  const id = toCustomId('page', shown);
  for (const forged of [
    '',
    'x',
    `${id} `,
    id.replace('speed', 'toString'),
    id.replace('14', '366'),
    id.replace('14', '0'),
    id.replace('discord', 'x')
  ])
    expect(viewAfter(forged, undefined)).toBeUndefined();
  for (const chosen of ['', '0', '366', '1e1', '-1', '7 ', 'all']) expect(viewAfter(toCustomId('days', shown), chosen)).toBeUndefined();
  expect(viewAfter(toCustomId('surface', shown), 'constructor')).toBeUndefined();
  expect(viewAfter(toCustomId('operation', shown), '0123456789AB')).toBeUndefined();
  expect(viewAfter(toCustomId('days', shown), undefined)).toBeUndefined();
  expect(viewAfter(id, '7')).toBeUndefined();
});

test('what is marked as notable is explained, and begins no italics', () => {
  const counts = Array.from({ length: 14 }, (_, ago) => aCount({ day: addDays(TODAY, -ago - 3), count: (ago < 7 ? 60 : 20) + (ago % 3) }));
  const report = reportFrom(counts, { days: 10, before: {} });
  const [starred, plain] = [report, reportOf()].map((one) => textIn([renderMessage(one, VIEW, parts)]));
  expect(starred).toMatch(/\*\*[\d,]+ runs\*\* · \+[\d.,]+%\\\* from \d+/);
  expect(starred).toMatch(/^-# \\\* at least 10 %/m);
  expect(plain).not.toContain('at least 10 %');
});

test('beside a picture stands no table of what it shows, and its description tells the figures', () => {
  const report = reportOf();
  const message = renderMessage(report, VIEW, { ...parts, picture: 'telemetry.png' });
  expect(tableIn([message], 'Features').size).toBe(0);
  expect(tableIn([renderMessage(report, VIEW, parts)], 'Features').size).toBeGreaterThan(0);
  const [item] = partsOf([message]).flatMap(({ items = [] }) => items);
  expect(item).toMatchObject({
    media: { url: 'attachment://telemetry.png' },
    description: expect.stringMatching(/^Usage of .*\d runs?\b.* succeeded.*guilds/)
  });
  expect(item?.description?.length).toBeLessThanOrEqual(1024);
});
