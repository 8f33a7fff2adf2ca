// Loaded before a program that `npm start` runs. If the parent is killed, the IPC channel closes and the program stops as if
// it had received SIGTERM.
process.channel?.unref();
process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
