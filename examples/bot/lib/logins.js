/** The logins that were begun and not ended, each by its own state: whoever comes back with another did not begin here. A real bot would let them expire. */
export const logins = new Set();
