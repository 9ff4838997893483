/** What telemetry calls the outside service that makes the seeds of a game. */
export const PROVIDERS = { alttpr: 'alttpr', smz3: 'samus.link', sm: 'sm.samus.link' };

/** Less than the 3 s in which Discord wants an answer, so that even a command that does not defer can still apologize. */
const PROVIDER_TIMEOUT_MS = 2_000;

/** The provider answered, but not with a seed. Telemetry reads `status`: 503 becomes `provider_unavailable`. */
export class ProviderError extends Error {
  name = 'ProviderError';

  /** @param {number} status the HTTP status of the answer */
  constructor(status) {
    super(`The provider answered ${status}`);
    this.status = status;
  }
}

/**
 * Asks the provider for a seed.
 * @param {keyof typeof PROVIDERS} game
 * @param {string} preset
 * @returns {Promise<string | null>} its link; `null` when there is no such preset
 * @throws {ProviderError} when the provider answers with an error
 * @throws {DOMException} named TimeoutError when it does not answer in time: telemetry tells it by that name
 */
export async function rollSeed(game, preset) {
  const response = await fetch(new URL('/seeds', process.env.PROVIDER_URL), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ game, preset }),
    signal: AbortSignal.timeout(PROVIDER_TIMEOUT_MS)
  });
  if (response.status === 422) return null;
  if (!response.ok) throw new ProviderError(response.status);
  const { permalink } = await response.json();
  return permalink;
}
