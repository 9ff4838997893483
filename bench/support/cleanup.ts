type Release = () => unknown;

const releases: Release[] = [];

/** Runs `release` when the bench ends, however it does; what was made last goes first. */
export function atEnd(release: Release): void {
  releases.push(release);
}

/** Removes all that was made. One that fails does not keep the others. */
export async function releaseAll(): Promise<void> {
  for (let release = releases.pop(); release !== undefined; release = releases.pop()) {
    try {
      await release();
    } catch (error) {
      process.stderr.write(`Not all was removed: ${String(error)}\n`);
      process.exitCode = 1;
    }
  }
}
