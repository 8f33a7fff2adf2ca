import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runKillRounds } from "../../apps/api/test/reliability/kills/kill-rounds.js";
import { readArguments, wholeNumber } from "../read-arguments.mjs";

/** The kill test by hand, on the built server: `npm run kill-test -- --kills 200 --seed 1`. */
const { options } = readArguments({
  options: { kills: wholeNumber(1, 1_000_000), seed: wholeNumber(0, Number.MAX_SAFE_INTEGER) },
});
const { kills = 200, seed = Date.now() } = options;
// After the arguments, since it may take a minute.
const build = ["turbo", "run", "build", "--filter=@adjourn/api", "--output-logs=errors-only"];
execFileSync("npx", build, { stdio: "inherit" });
const folder = await mkdtemp(join(tmpdir(), "adjourn-kills-"));
const databaseUrl = `file:${join(folder, "adjourn.db")}`;
const beganAt = performance.now();
console.log(`${kills} kills, seed ${seed}`);
const figures = await runKillRounds({
  kills,
  seed,
  program: "built",
  databaseUrl,
  onRound: (kill, { answers, unanswered }) => {
    if (kill % 10 === 0) console.log(`${kill} kills, ${answers} answers, ${unanswered} calls cut off`);
  },
});
await rm(folder, { recursive: true, force: true });
console.log(`no promise broken in ${Math.round((performance.now() - beganAt) / 1_000)} s`);
console.table(figures);
