/** The guilds of which nothing is recorded any more, by their hashes. */
export class ForgottenGuilds {
  /** Their admins said so. */
  optedOut: ReadonlySet<string> = new Set();
  /** The bot has left them. */
  readonly left = new Set<string>();

  has(guildHash: string): boolean {
    return this.optedOut.has(guildHash) || this.left.has(guildHash);
  }
}
