import { expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { RacetimeStandIn } from '../../../examples/stand-ins/racetime.ts';
import { until } from '../../support/bot.ts';
import { atSuiteEnd } from '../../support/postgresSuite.ts';

test('the stand-in takes a token for what it is worth, and answers as the site does', async () => {
  const racetime = await RacetimeStandIn.start();
  atSuiteEnd(() => racetime.stop());
  const room = racetime.openRoom();
  const token = async (secret: string): Promise<Response> =>
    fetch(`${racetime.url}/o/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: racetime.clientId, client_secret: secret, grant_type: 'client_credentials' })
    });
  expect((await token('wrong')).status).toBe(401);
  const { access_token: good } = (await (await token(racetime.clientSecret)).json()) as { access_token: string };
  expect((await fetch(`${racetime.url}/alttpr/none/data`)).status).toBe(404);

  const heard: Record<string, unknown>[] = [];
  const connect = async (path: string): Promise<WebSocket> => {
    const socket = new WebSocket(`${racetime.url.replace('http', 'ws')}${path}`);
    socket.on('message', (raw: Buffer) => heard.push(JSON.parse(raw.toString()) as Record<string, unknown>));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return socket;
  };
  await expect(connect('/ws/o/bot/none')).rejects.toThrow('403');
  const stranger = await connect(`/ws/o/bot/${room.slug}?token=wrong`);
  const bot = await connect(`/ws/o/bot/${room.slug}?token=${good}`);
  const message = { action: 'message', data: { message: 'said once', guid: 'a-1' } };
  stranger.send(JSON.stringify(message));
  await until(() => heard.some(({ type }) => type === 'error'));
  for (const action of [message, message, { action: 'gethistory' }, { action: 'dance' }, { action: 'ping' }])
    bot.send(JSON.stringify(action));
  await until(() => heard.some(({ type }) => type === 'pong'));
  expect(heard.map(({ type }) => String(type)).toSorted()).toEqual([
    'chat.history',
    'chat.message',
    'chat.message',
    'error',
    'error',
    'pong',
    'race.data',
    'race.data'
  ]);
  expect(heard.find(({ type }) => type === 'chat.history')).toMatchObject({
    messages: [{ message: 'said once', is_bot: true, user: null }]
  });
  for (const socket of [stranger, bot]) socket.close();
});
