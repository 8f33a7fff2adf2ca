// Loaded before a program that `npm run` starts: a signal sent to npm ends the shell between the two and goes no
// further, so the program would stay behind. That shell's end is seen here, and passed on.
const shell = process.ppid;
const watching = setInterval(() => {
  if (process.ppid === shell) return;
  clearInterval(watching);
  process.kill(process.pid, "SIGTERM");
}, 250);
watching.unref();
