import { expect, test } from '@jest/globals';
import { Names } from '../../src/events/names.ts';
import { eventFields } from '../../src/schema/eventFields.ts';
import { isValidEvent } from '../../src/schema/validEvent.ts';
import type { Row } from '../support/databases.ts';
import { seededRandom } from '../support/randomEvents.ts';
import { anEvent } from '../support/seedEvents.ts';

test('a name that code may give to a piece of work fits into an event, whatever its letters', () => {
  const random = seededRandom(10);
  for (const letter of ['x', 'ж', '𐐀', '漢']) {
    for (const surface of ['discord', 'racetime', 'api'] as const) {
      const names = new Names();
      const name = letter.repeat(64);
      const operation = names.operation({ surface, feature: name, operation: name });
      const fits = (['invoke', 'success', 'failure'] as const).map((action) =>
        isValidEvent(
          anEvent(random, {
            surface,
            action,
            feature: operation.feature,
            eventName: operation.eventName[action],
            provider: names.provider(name),
            errorType: null
          })
        )
      );
      expect({ letter, surface, fits }).toEqual({ letter, surface, fits: [true, true, true] });
    }
  }
});

test('the event schema takes the fields of the dictionary within their limits, and no other field', () => {
  const random = seededRandom(11);
  const event = anEvent(random, { provider: 'sm.samus.link', guildHash: 'a'.repeat(64), errorType: 'provider_timeout' });
  expect(isValidEvent(event)).toBe(true);
  expect(Object.keys(event)).toEqual(Object.keys(eventFields));
  const wrong: Row[] = [
    { userId: '123456789012345678' },
    { dayBucket: '2026-02-12T10:20:30Z' },
    { id: '00000000-0000-1000-8000-000000000000' },
    { eventName: 'discord.generator.preset' },
    { eventName: 'discord.generator.pre.set.invoke' },
    { eventName: 'discord.generator.of 123456789012345678.invoke' },
    { eventName: 'discord.generator.x123456789012345.invoke' },
    { surface: 'slack' },
    { feature: 'a.b' },
    { feature: '<@1>' },
    { feature: '' },
    { feature: '١٢٣٤٥٦٧٨٩٠١٢٣٤٥' },
    { action: 'start' },
    { status: 'fine' },
    { provider: 'https://alttpr.com/?q=x' },
    { provider: '.' },
    { guildHash: '123456789012345678' },
    { guildHash: 'A'.repeat(64) },
    { durationMs: -1 },
    { durationMs: 1.5 },
    { durationMs: 86_400_001 },
    { durationMs: Number.NaN },
    { errorType: 'TypeError: x is not a function' },
    { sampleRate: 0 },
    { sampleRate: 1.1 },
    { sampleRate: '1' },
    { feature: undefined }
  ];
  for (const more of wrong) expect({ more, valid: isValidEvent({ ...event, ...more }) }).toEqual({ more, valid: false });
});
