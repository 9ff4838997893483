import { expect, test } from '@jest/globals';
import { Client, ComponentType, DiscordAPIError, MessageFlags } from 'discord.js';
import type { APIMessage, ChatInputCommandInteraction } from 'discord.js';
import { DiscordStandIn } from '../../../examples/stand-ins/discord.ts';
import { problemOf } from '../../../examples/stand-ins/messageRules.ts';

const text = (content: unknown): object => ({ type: ComponentType.TextDisplay, content });
const row = (...components: object[]): object => ({ type: ComponentType.ActionRow, components });
const button = (custom_id: string, label = 'A button'): object => ({ type: ComponentType.Button, style: 2, custom_id, label });
const option = (value: string, more: object = {}): object => ({ label: 'An option', value, ...more });
const menu = (...options: object[]): object => row({ type: ComponentType.StringSelect, custom_id: 'menu', options });
const box = (...components: object[]): object => ({ type: ComponentType.Container, components });
const gallery = (url: string): object => ({ type: ComponentType.MediaGallery, items: [{ media: { url } }] });
const file = { id: '1', filename: 'a.png', size: 1, url: '', proxy_url: '' };

const message = (components: object[], more: Partial<APIMessage> = {}): APIMessage =>
  ({ content: '', embeds: [], attachments: [], flags: MessageFlags.IsComponentsV2, components, ...more }) as unknown as APIMessage;

test('a message of components that is as Discord wants it is taken', () => {
  const options = Array.from({ length: 25 }, (_, at) => option(`${at}`.padEnd(100, 'x'), { description: 'x'.repeat(100) }));
  const buttons = Array.from({ length: 5 }, (_, at) => button(`${at}`.padEnd(100, 'x'), 'x'.repeat(80)));
  const whole = box(text('x'.repeat(2000)), text('y'.repeat(2000)), gallery('attachment://a.png'), row(...buttons), menu(...options));
  expect(problemOf(message([whole], { attachments: [file] }))).toBeUndefined();
  expect(problemOf(message(Array.from({ length: 40 }, () => text('x'))))).toBeUndefined();
  expect(problemOf(message([row(button('a'))], { flags: MessageFlags.SuppressEmbeds, content: 'x', attachments: [file] }))).toBeUndefined();
});

test.each<[string, APIMessage, RegExp]>([
  ['a content beside components', message([text('x')], { content: 'x' }), /neither content nor embeds/],
  ['an embed beside components', message([text('x')], { embeds: [{ title: 'x' }] }), /neither content nor embeds/],
  ['nothing', message([]), /at least one/],
  ['41 components', message([box(...Array.from({ length: 40 }, () => text('x')))]), /at most 40/],
  ['an empty text', message([text('')]), /has a text/],
  ['4,001 characters', message([text('x'.repeat(4000)), box(text('x'))]), /at most 4000/],
  ['an attachment that is not shown', message([text('x')], { attachments: [file] }), /every attachment/],
  ['a picture that is not there', message([gallery('attachment://a.png')]), /there is not/],
  ['a text without the flag', message([text('x')], { flags: MessageFlags.SuppressEmbeds }), /need the flag/],
  ['two controls of one id', message([row(button('a'), button('a'))]), /unique in its message/],
  ['an id of 101 characters', message([row(button('x'.repeat(101)))]), /1 to 100/],
  ['an empty id', message([row(button(''))]), /1 to 100/],
  ['six buttons in a row', message([row(...[...'abcdef'].map((id) => button(id)))]), /up to 5 buttons/],
  ['a button without a label', message([row(button('a', ''))]), /a label/],
  ['an empty row', message([row()]), /holds something/],
  ['a menu without options', message([menu()]), /1 to 25 options/],
  ['a menu of 26 options', message([menu(...Array.from({ length: 26 }, (_, at) => option(String(at))))]), /1 to 25 options/],
  ['an option without a value', message([menu(option(''))]), /1 to 100/],
  ['two options of one value', message([menu(option('a'), option('a'))]), /unique in its menu/],
  ['two chosen options', message([menu(option('a', { default: true }), option('b', { default: true }))]), /more options/]
])('%s is refused', (_, wrong, problem) => {
  expect(problemOf(wrong)).toMatch(problem);
});

test('a bot is told so, its interaction stays open, an attachment stays until it is left out, and the flag is never unset', async () => {
  await using discord = await DiscordStandIn.start();
  const client = new Client({ intents: [], rest: { api: discord.restUrl } });
  const shown = { components: [gallery('attachment://a.png')], files: [{ attachment: Buffer.from('x'), name: 'a.png' }] };
  const asked = Promise.withResolvers<ChatInputCommandInteraction>();
  client.on('interactionCreate', (interaction) => asked.resolve(interaction as ChatInputCommandInteraction));
  await client.login(discord.token);
  const reply = discord.slash({ command: 'show' });
  const command = await asked.promise;
  const edit = (body: object) => (): Promise<unknown> => command.editReply(body);
  const told: unknown[] = [];
  for (const step of [
    () => command.reply({ components: [row(button(''))] as never }),
    () => command.deferReply({ flags: MessageFlags.Ephemeral }),
    edit({ ...shown, flags: MessageFlags.IsComponentsV2 }),
    edit({ components: [text('x')] }),
    edit({ components: [text('x')], attachments: [] }),
    edit({ content: 'x' }),
    edit({ components: [row(button('a'))], flags: MessageFlags.SuppressEmbeds })
  ])
    told.push(
      await step().then(
        () => 'taken',
        (error: unknown) => (error instanceof DiscordAPIError ? error.message.split(': ')[1] : error)
      )
    );
  await client.destroy();
  expect(await reply).toMatchObject({ ephemeral: true, deferred: true, files: [{ name: 'a.png' }] });
  expect(told).toEqual([
    'a custom_id has 1 to 100 characters',
    'taken',
    'taken',
    'every attachment is shown by a component',
    'taken',
    'a message of components has neither content nor embeds',
    'IS_COMPONENTS_V2 is never unset'
  ]);
});
