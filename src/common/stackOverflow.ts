/** Whether a recursion has ended in this error: if code of ours met it, it is the bot's all the same. */
export function isStackOverflow(error: unknown): boolean {
  const message = String((error as Error | undefined)?.message);
  // The second is said of a regular expression that could not be compiled for lack of room.
  return message === 'Maximum call stack size exceeded' || message.endsWith(': Stack overflow');
}
