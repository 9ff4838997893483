import { migrationsTable, tables } from './dictionary.ts';
import type { Table } from './field.ts';

/** The privacy policy in Markdown, made from the data dictionary so that it can't say other than what is stored. */
export function privacyPolicy(): string {
  return `# Privacy

This bot measures which of its commands are used, how often they fail and how long they take. It keeps nothing about anyone: no user, no
name, no message, no option of a command, no channel, no address. Guilds are kept only as a salted hash, times only as a UTC day, and all of
it is deleted after a number of days that the operator sets (30 unless they say otherwise).

## What is stored

These tables, with these columns and no others:

${Object.values(tables).map(tableText).join('\n\n')}

### ${migrationsTable.name}

${migrationsTable.purpose} MikroORM keeps it.

## What is never stored

- Ids or names of users, members, channels or messages, and ids of guilds as they are.
- What anyone wrote: messages, options of commands, form fields, attachments.
- Messages, stack traces or other texts of errors: only a category from a closed list.
- Addresses, URLs, headers and bodies of web requests, payloads of scheduled tasks, user agents, tokens, sessions.
- Any time of an event finer than the UTC day. Rows carry random keys, so their order tells nothing either.

## How it is kept so

- Names of features, operations, providers and error types come from the code of the bot and are checked against patterns. What does not fit
  becomes \`other\` or \`unexpected_error\`. Fifteen or more digits with no letter between them never pass.
- A guild's id is hashed with HMAC-SHA-256 before anything is queued. Without the salt, which is not in the database, no hash can be made or
  matched to a guild. While the operator holds the salt, the hash is a pseudonym: it tells that two events came from the same guild.
- The number of active guilds is not told below five.
- The database itself refuses values outside the closed lists, lengths and ranges.
- Rows whose day is as old as the retention are deleted at every start and every day. In an SQLite file the space is overwritten.

## What this can't promise

- The hashes are pseudonyms, not anonymous, for as long as the salt lives.
- Who administers the database sees every row: names of features, days, durations, hashes of guilds; and, while it runs, when each batch comes.
- A single word can't be told from a name. If the code of the bot named an operation by a word that a user wrote, it would be kept; the plugin
  itself takes names from code alone.
- A process that crashes loses what it had not written yet, by default two seconds of events.
- Someone who holds both the database and the salt can hash a guild id that they know and find the events of that guild.
- A day with very few events in very few guilds can be guessed by someone who was there.
- A database keeps batches in about the order in which they came, a few seconds apart. Within a batch the order is that of random keys.
- Copies of the database that an operator makes (backups, replicas) are outside of the plugin's reach.
`;
}

function tableText({ name, purpose, fields }: Table): string {
  const rows = Object.values(fields).map(
    ({ column, purpose: reason, values, example }) =>
      `| \`${column}\` | ${reason} | ${values?.map((value) => `\`${value}\``).join(', ') ?? `\`${example}\``} |`
  );
  return [`### ${name}`, '', purpose, '', '| field | what it is | values or example |', '| --- | --- | --- |', ...rows].join('\n');
}
