import { Team, TeamMemberMembershipState, TeamMemberRole, type Client } from 'discord.js';
import { withDeadline } from '../common/deadline.ts';

/** A change of the team shows after this time at the latest. */
const CACHE_MS = 5 * 60_000;
/** Longer than this, and Discord itself would not wait for the answer to the command. */
const FETCH_MS = 2_000;

/** What everyone else is told. */
export const REFUSAL = "Sorry, only this bot's owners can use this command.";

/** Who may use `/telemetry`: the application's owner, or its team's owner, admins and developers, and those that the settings name. */
export class Owners {
  readonly #client: Client;
  readonly #extra: ReadonlySet<string>;
  #fetched: { readonly ids: ReadonlySet<string>; readonly untilMs: number } | undefined;

  constructor(client: Client, extraIds: readonly string[]) {
    this.#client = client;
    this.#extra = new Set(extraIds);
  }

  /** Whether this user is one of them. While Discord can't be asked, nobody but those in the settings is. */
  async include(userId: string): Promise<boolean> {
    if (this.#extra.has(userId)) return true;
    if (this.#fetched === undefined || this.#fetched.untilMs < performance.now()) {
      const ids = await this.#fetch().catch(() => undefined);
      this.#fetched = ids === undefined ? undefined : { ids, untilMs: performance.now() + CACHE_MS };
    }
    return this.#fetched?.ids.has(userId) === true;
  }

  async #fetch(): Promise<ReadonlySet<string>> {
    const application = await withDeadline(Promise.resolve(this.#client.application?.fetch()), FETCH_MS);
    if (application === undefined) throw new Error('Discord did not tell the owner in time');
    const { owner } = application;
    if (owner === null) return new Set();
    if (!(owner instanceof Team)) return new Set([owner.id]);
    const members = owner.members.filter(
      ({ membershipState, role }) => membershipState === TeamMemberMembershipState.Accepted && role !== TeamMemberRole.ReadOnly
    );
    return new Set([...members.keys(), ...(owner.ownerId === null ? [] : [owner.ownerId])]);
  }
}
