const DISCORD_EPOCH = 1_420_070_400_000;
const FIRST_ACCOUNT = Date.UTC(2018, 0, 1) - DISCORD_EPOCH;
// Odd, so that guild ids spread over shards: a guild's shard is its milliseconds modulo the number of shards.
const BETWEEN_ACCOUNTS = 3_600_017;

let last = 0n;
let accounts = 0;

/** An id of this moment for messages, interactions and channels: unique and rising, however many are taken in one millisecond. */
export function snowflake(): string {
  const now = BigInt(Date.now() - DISCORD_EPOCH) << 22n;
  last = now > last ? now : last + 1n;
  return String(last);
}

/** An 18-digit id for a user, guild or team, the nth of this process: a demo that restarts meets the same people. */
export function accountSnowflake(): string {
  accounts += 1;
  return String(BigInt(FIRST_ACCOUNT + accounts * BETWEEN_ACCOUNTS) << 22n);
}
