import { expect, test } from '@jest/globals';
import { container } from '@sapphire/framework';
import * as fc from 'fast-check';
import { onBothDatabases, outcomes } from '../support/databases.ts';
import { uses } from '../support/hostileUse.ts';
import { bytesOf, leaksIn, rowsOf, shownBy } from '../support/sentinels.ts';
import { hasRedis, startEverySurface, useEverySurface } from './everySurface.ts';

/*
 * What stored.test.ts does to commands, done to everything else that is measured: each surface through its real library, with hostile
 * texts in all that a user can send and hostile errors thrown by the bot's own code.
 */

onBothDatabases((createDatabase) => {
  test('nothing that anyone sends to buttons, menus, forms, completions, listeners, routes, servers, race rooms and tasks is seen anywhere', async () => {
    const database = await createDatabase();
    await using surfaces = await startEverySurface(database);
    const seen = async (): Promise<string> => [await rowsOf(database), await bytesOf(database), await shownBy(surfaces.bot)].join('\n');
    await fc.assert(
      fc.asyncProperty(uses, async (one) => {
        await useEverySurface(surfaces, one);
        expect(leaksIn(await seen())).toEqual([]);
      }),
      // To look for a smaller input would take longer than a test may.
      { numRuns: 10, endOnFailure: true }
    );
    const found = await outcomes(database);
    for (const [name, { runs, ok, failed }] of Object.entries(found)) expect({ name, ended: ok + failed }).toEqual({ name, ended: runs });
    // The errors are random, and any of Sapphire's own listeners for errors may fail to print one that throws when it is read.
    expect(Object.keys(found).filter((name) => !name.startsWith('discord.listener_error.'))).toEqual([
      'api.seed.generate',
      'api.seeds.post',
      ...(hasRedis ? ['discord.announce.task'] : []),
      'discord.choose.select_menu',
      'discord.find.find_autocomplete',
      'discord.press.button',
      'discord.submit.modal',
      'racetime.room.seed',
      'racetime.seed.generate'
    ]);
    expect(container.telemetry.status().counters).toMatchObject({ refused: 0, dropped: 0 });
    await surfaces.stop();
    expect(leaksIn(await bytesOf(database))).toEqual([]);
  });
});
