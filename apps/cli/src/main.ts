import { stripVTControlCharacters } from "node:util";
import { run } from "./run.js";

const stopping = new AbortController();
process.once("SIGINT", () => stopping.abort());
process.once("SIGTERM", () => stopping.abort());

process.exitCode = await run(process.argv.slice(2), {
  // The help has colours, which are removed for a file or a pipe.
  write: (text) => process.stdout.write(process.stdout.isTTY ? text : stripVTControlCharacters(text)),
  complain: (line) => console.error(line),
  signal: stopping.signal,
});
