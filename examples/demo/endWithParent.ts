// Loaded before the bot, so that it ends with the demo even where the demo is killed: then the pipe of its standard input closes.
process.stdin.once('end', () => process.kill(process.pid, 'SIGTERM'));
process.stdin.resume();
// A pipe is a socket, which must not keep alive a bot that has ended.
if ('unref' in process.stdin) process.stdin.unref();
