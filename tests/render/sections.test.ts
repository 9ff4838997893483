import { expect, test } from '@jest/globals';
import { renderEmbed } from '../../src/render/embed.ts';
import { renderText } from '../../src/render/text.ts';
import type { Surface } from '../../src/schema/closedLists.ts';
import { reportOn } from '../support/madeReports.ts';
import { fieldOf } from './fieldOf.ts';

test.each<[string, readonly Surface[], Surface | undefined, string[]]>([
  ['all of it is Discord', ['discord'], undefined, ['seed']],
  ['it is the one that was asked for', ['racetime'], 'racetime', ['seed']],
  ['nobody asked for it', ['racetime'], undefined, ['racetime seed']],
  ['there are several', ['discord', 'racetime', 'api'], undefined, ['api seed', 'discord seed', 'racetime seed']]
])('surfaces are named in the text and the embed as far as a reader needs it: %s', (_, surfaces, asked, names) => {
  const report = reportOn(surfaces, asked);
  for (const rendering of [renderText(report), fieldOf(report, 'Features')])
    expect(rendering.match(/^ *(?:[a-z]+ )?seed(?= )/gm)?.map((name) => name.trim())).toEqual(expect.arrayContaining(names));
  for (const rendering of [renderText(report), renderEmbed(report).title])
    expect(rendering.includes('racetime only')).toBe(asked !== undefined);
});
