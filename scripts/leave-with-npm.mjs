// Loaded before a program that `npm run` starts: a signal sent to npm ends the shell between the two and goes no
// further, so the program would stay behind. That shell's end is seen here, and passed on.
const shell = process.ppid;
let isGone = false;
const watching = setInterval(() => {
  if (process.ppid === shell) return;
  // A signal of our own that came meanwhile is heard before the next look.
  if (!isGone) {
    isGone = true;
    return;
  }
  clearInterval(watching);
  process.kill(process.pid, "SIGTERM");
}, 250);
watching.unref();

// A supervisor tells all of them at once, and to a program that is told twice it must not look like haste. This
// listens only where the program does: a signal that nobody hears has to end it.
for (const signal of /** @type {const} */ (["SIGTERM", "SIGINT"])) {
  const listenToo = (/** @type {string | symbol} */ event) => {
    if (event !== signal) return;
    process.off("newListener", listenToo);
    process.once(signal, () => clearInterval(watching));
  };
  process.on("newListener", listenToo);
}
