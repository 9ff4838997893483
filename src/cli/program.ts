import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { readSettings, SettingsError, type Settings } from '../../config/settings.ts';
import { NoPictureError } from '../render/picture/png.ts';
import { DEFAULT_REPORT_DAYS, MAX_REPORT_DAYS } from '../reports/readReport.ts';
import { ClockError } from '../retention/clockCheck.ts';
import { OtherSaltError } from '../retention/eraseGuild.ts';
import { SURFACES, type Surface } from '../schema/closedLists.ts';
import { StoreError } from '../store/storeError.ts';
import { eraseGuild, finishRotation, migrate, privacy, purgeEvents, report, rotateSalt, status, verify } from './actions.ts';
import { FindingsError, UsageError } from './errors.ts';
import { mindOutput } from './output.ts';
import { FileError, formatOptions, PICTURES, targetOf, writeReport, type FormatOptions } from './reportFile.ts';

const DONE = 0;
const FAILED = 1;
const WRONG_USAGE = 2;

interface ReportOptions extends FormatOptions {
  readonly surface?: Surface;
  readonly operation?: string;
  readonly previous?: boolean;
}

/** Runs the command line `args`. Resolves to the exit code: 0 done, 1 failed, 2 wrong usage or settings. */
export async function runCli(args: readonly string[]): Promise<number> {
  mindOutput();
  try {
    await program().parseAsync(args, { from: 'user' });
    return DONE;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : WRONG_USAGE;
    if (error instanceof SettingsError) return complain(error.problems.join('\n'), WRONG_USAGE);
    if (error instanceof UsageError) return complain(error.message, WRONG_USAGE);
    if (error instanceof OtherSaltError) return complain(`The salt is another one: ${error.message}`, FAILED);
    if (error instanceof ClockError) return complain(`Nothing was purged: ${error.message}`, FAILED);
    if (error instanceof NoPictureError) return complain(`There is no picture: ${error.message}`, FAILED);
    if (error instanceof FileError) return complain(error.message, FAILED);
    if (error instanceof FindingsError) return complain(error.message, FAILED);
    if (error instanceof StoreError) return complain(`The database of telemetry can't be used: ${error.message}`, FAILED);
    return complain(`Unexpected error: ${error instanceof Error ? error.name : 'no error object'}. Please report it`, FAILED);
  }
}

function program(): Command {
  const cli = new Command('sapphire-telemetry')
    .description("Reads and looks after a bot's telemetry, also while the bot runs. It takes the bot's own environment variables.")
    // Not --env-file: Node takes that for itself, wherever it stands.
    .option('--dotenv <path>', 'read environment variables from this file first, as the bot does')
    .exitOverride();
  const settings = (): Settings => {
    const { dotenv } = cli.opts<{ dotenv?: string }>();
    if (dotenv !== undefined) loadEnvFile(dotenv);
    return readSettings(process.env);
  };

  const reportCommand = cli
    .command('report')
    .description('what is used, how often it fails and how fast it is')
    .addArgument(
      new Argument('[days]', 'UTC days up to yesterday; today stands beside them').argParser(daysOf).default(DEFAULT_REPORT_DAYS)
    )
    .addOption(new Option('--surface <surface>', 'only what ran there').choices(SURFACES))
    .addOption(new Option('--operation <name>', 'only this one, as discord.generator.preset').conflicts([...PICTURES]))
    .addOption(new Option('--previous', 'with the figures of as many days before, which CSV and JSON always have').conflicts([...PICTURES]))
    .action(async (days: number, { surface, operation, previous = false, ...formats }: ReportOptions) => {
      const { format, file } = targetOf(formats);
      writeReport(await report(settings(), { days, surface, format, operation, withPrevious: previous }), file);
    });
  for (const option of formatOptions()) reportCommand.addOption(option);
  cli
    .command('purge')
    .description('delete the events that are older than the retention')
    .option('--all', 'delete every event')
    .option('--dry-run', 'delete nothing, say what would be')
    .option('--force', 'also when the clock of this machine may be wrong')
    .option('--yes', 'do not ask')
    .action(async (options: { all?: boolean; dryRun?: boolean; force?: boolean; yes?: boolean }) =>
      print(await purgeEvents(settings(), options))
    );
  cli
    .command('status')
    .description('what the database holds')
    .action(async () => print(await status(settings())));
  cli
    .command('verify')
    .description('compare the database with what may be stored; name every difference')
    .action(async () => print(await verify(settings())));
  cli
    .command('erase-guild')
    .description('delete what is stored of one guild')
    .addArgument(new Argument('<id>', 'the id of the guild').argParser(guildIdOf))
    .action(async (guildId: string) => print(await eraseGuild(settings(), guildId)));
  cli
    .command('rotate-salt')
    .description('delete every event, and print a new salt')
    .option('--yes', 'do not ask')
    .addOption(
      new Option('--finish', 'forget the servers that opted out under the former salt, and that the bot has left').conflicts('yes')
    )
    .action(async ({ finish, ...options }: { yes?: boolean; finish?: boolean }) =>
      print(await (finish === true ? finishRotation(settings()) : rotateSalt(settings(), options)))
    );
  cli
    .command('privacy')
    .description('what is stored, and what never is')
    .action(() => print(privacy()));
  cli
    .command('migrate')
    .description('create or update the tables')
    .action(async () => print(await migrate(settings())));
  return cli;
}

function daysOf(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > MAX_REPORT_DAYS)
    throw new InvalidArgumentError(`It takes a whole number from 1 to ${MAX_REPORT_DAYS}.`);
  return days;
}

function guildIdOf(text: string): string {
  if (!/^\d{17,20}$/.test(text)) throw new InvalidArgumentError('It takes the id of a guild: 17 to 20 digits.');
  return text;
}

/** What the environment holds already stands. Some editors begin a file with a byte order mark, which would be part of the first name. */
function loadEnvFile(path: string): void {
  try {
    process.env = { ...parseEnv(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')), ...process.env };
  } catch {
    throw new UsageError(`The file of --dotenv can't be read: ${path}`);
  }
}

function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

function complain(text: string, exitCode: number): number {
  process.stderr.write(`${text}\n`);
  return exitCode;
}
