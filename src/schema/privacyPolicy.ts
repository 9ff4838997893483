import { allTables, migrationsTable, tables } from './dictionary.ts';
import type { Field, Table } from './field.ts';
import { RUN_ATTRIBUTES } from './runAttributes.ts';

/**
 * The privacy policy in Markdown, made from the data dictionary so that it can't say other than what is stored.
 * @param hasMeter whether the bot hands its runs to a Meter. Default: not known, so that the policy says what is so in either case.
 */
export function privacyPolicy(hasMeter?: boolean): string {
  return `# Privacy

This bot measures which of its commands and other parts are used, how often they fail and how long they take. It keeps nothing about anyone: no
user, no name, no message, no option of a command, no channel, no address. Guilds are kept only as a salted hash, times only as a UTC day, and
everything is deleted after a number of days that the operator sets (30 unless they choose otherwise).

## What is stored

These tables, with these columns and no others:

${Object.values(allTables).map(tableText).join('\n\n')}

### ${migrationsTable.name}

${migrationsTable.purpose} MikroORM keeps it.

### Files in the data folder

While the database is away, and when the bot ends meanwhile, the counts of \`${tables.losses.name}\` wait in small files in the folder
TELEMETRY_DATA_DIR: the same day, id, reason and count, and nothing else. The next process moves them into the database and deletes the file.

### In memory alone

Where the bot tells its owner what fails, each process counts how many runs of an operation at a provider ended in each of the last minutes, at most six
hours back, and with which error types. No guild is in it, runs of servers that opted out are not counted, and it is gone with the process. The
alert itself is a message in Discord, which keeps the time of each.

## What a metrics system of the operator's sees

${hasMeter === false ? 'Nothing: this bot hands nothing to one.' : handedOn(hasMeter)}

## What is never stored

- Ids and names of users, members, channels and messages, and the plain ids of guilds.
- What anyone wrote: messages, options of commands, form fields, attachments.
- Messages, stack traces and other texts of errors: only a category from a closed list.
- Addresses, URLs, headers and bodies of web requests, payloads of scheduled tasks, user agents, tokens, sessions.
- Any time of an event finer than the UTC day. Keys are random, so their order tells nothing either.

## How it is kept so

- The names of features, operations, providers and error types come from the bot's code and are checked against patterns. What does not fit
  becomes \`other\` or \`unexpected_error\`. Fifteen or more digits with no letter between them never pass.
- A guild's id is hashed with HMAC-SHA-256 before anything is queued, under a key that scrypt makes of the salt. A salt must look drawn at random;
  phrases and patterns are refused. Without the salt, which is not in the database, no hash can be made or
  matched to a guild. While the operator holds the salt, the hash is a pseudonym: it tells that two events came from the same guild.
- A report tells the number of active guilds, in all and of each feature, rounded down to a multiple of five, and none below five. To subtract one
  from another (all surfaces and one, a week and a day, all features and one) then gives a range of several numbers, never the number of a few guilds.
- The database itself refuses values outside the closed lists, lengths and ranges.
- Rows older than the retention are deleted whenever the bot starts, and at times that the operator sets (once a day unless they choose
  otherwise). So are those dated more than two days ahead. In an SQLite file they are overwritten, and so is what was erased: at once, or within ten
  minutes, or when whoever reads the file is done. While the clock of the machine is more than a day off that of the database or of Discord, nothing
  is deleted by itself, and the operator is told.

## A way out

- Where the operator has set a command for it, members who may manage a server can opt it out. Its events are erased, and nothing of it is recorded
  from then on; that it has opted out is kept, as a hash, until it opts in again. Other processes of the bot hear of it within a minute, and erase what
  they had written meanwhile.
- If the salt is changed, the operator has to give the former one too, or telemetry stays off. What was said of servers that the bot has left is
  forgotten then: such a server opts out anew if it adds the bot again.
- The operator can set that the events of a server are erased within a minute after the bot was removed from it.

## What this can't promise

- The hashes are pseudonyms, not anonymous, for as long as the salt lives.
- Whoever administers the database sees every row: names of features, days, durations, hashes of guilds. If they watch it while the bot runs, they
  also see when each batch arrives.
- A single word can't be told from a name. If the bot's code named an operation by a word that a user wrote, it would be kept; the plugin itself
  takes names from code alone.
- While the bot is stopped, or runs with telemetry turned off, nothing is deleted by itself.
- A process that crashes loses what it had not written yet, by default two seconds of events. A file of counts that no later process finds stays in
  its folder until somebody deletes it.
- A salt that a person made up can pass for a random one. Each guess at it then takes some 30 ms, which slows a guesser down and no more.
- Someone who holds both the database and the salt can hash a guild id that they know, and find the events of that guild.
- Whoever reads a report every day sees on which day the number of active guilds reaches another multiple of five. If they know all other guilds of
  that day, they learn that one more was active, though not which.
- The counts of events are exact. Of a bot in a single guild, a report tells what was done in that guild.
- A day with very few events in very few guilds can be guessed by someone who was there.
- Keys tell which events belong to the same segment: about 2,000 of a day that one process recorded one after another. They never tell when, nor
  which segment or event came first. A restart cuts a segment short, and a bot with fewer events than that has one segment a day.
- PostgreSQL keeps batches in about the order in which they came, a few seconds apart. In an SQLite file the numbers of the pages may tell in which
  order the segments of a day came, until the day is over and rolled up. Within a batch the order is that of random keys.
- Copies of the database that an operator makes (backups, replicas) are out of the plugin's reach, and so is what their metrics system was handed,
  and what the bot wrote to its owner or into their channel: the figures of a report, which hold nothing about anyone.
`;
}

function handedOn(hasMeter: true | undefined): string {
  const condition = `Nothing, unless the code of the bot hands the plugin a Meter of OpenTelemetry, which \`/telemetry privacy\` tells. If it does, this holds:

`;
  return `${hasMeter === true ? '' : condition}Each run is handed to it as it ends, whatever the sampling: how long it took, and
${RUN_ATTRIBUTES.map((name) => `\`${name}\``).join(', ')}, all of them as they are stored. Of an error of a
listener these are the listener, the status and the error type; of the queue, its length and how many events were lost. No guild is handed over, not
even as a hash.

Such a system notes when it was told, so it knows times that are finer than a day: to the seconds in which runs ended. How long it keeps them, its
operator decides. The plugin purges and erases nothing there.`;
}

function tableText({ name, purpose, fields }: Table): string {
  return [`### ${name}`, '', purpose, '', ...Object.values(fields).map(fieldText)].join('\n');
}

function fieldText({ column, purpose, values, example }: Field): string {
  const shown = values === undefined ? `For example \`${example}\`.` : `One of ${values.map((value) => `\`${value}\``).join(', ')}.`;
  return `- \`${column}\`: ${purpose}\n  ${shown}`;
}
