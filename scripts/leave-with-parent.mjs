// Loaded before a program that `npm start` runs: should the parent be killed without a word, the channel to it
// breaks, and the program stops as if it had been asked to.
process.channel?.unref();
process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
