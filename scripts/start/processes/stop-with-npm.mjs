// Loaded before a program that `npm run` starts. A signal to npm ends only the shell between npm and the program. This
// detects the end of that shell and stops the program.
const shell = process.ppid;
let isGone = false;
const watching = setInterval(() => {
  if (process.ppid === shell) return;
  // The process may have received the signal itself; its handler runs before the next check.
  if (!isGone) {
    isGone = true;
    return;
  }
  clearInterval(watching);
  process.kill(process.pid, "SIGTERM");
}, 250);
watching.unref();

// A supervisor signals the whole group, and a second signal would cut the shutdown short. So this stops watching once the
// program has received the signal itself. It adds a handler only if the program has one, since a signal without a handler
// must end the process.
for (const signal of /** @type {const} */ (["SIGTERM", "SIGINT"])) {
  const listenToo = (/** @type {string | symbol} */ event) => {
    if (event !== signal) return;
    process.off("newListener", listenToo);
    process.once(signal, () => clearInterval(watching));
  };
  process.on("newListener", listenToo);
}
