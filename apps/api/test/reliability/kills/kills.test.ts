import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runKillRounds } from "./kill-rounds.js";

/** `npm run kill-test` kills more often, from other seeds. */
const kills = 15;

it(`${kills} SIGKILLs under load: nothing acknowledged is lost, nothing ended comes back, no ghost writes, every event is delivered`, async () => {
  const folder = await mkdtemp(join(tmpdir(), "adjourn-kills-"));
  const databaseUrl = `file:${join(folder, "adjourn.db")}`;
  try {
    const figures = await runKillRounds({ kills, seed: 1, program: "source", databaseUrl });
    // The rounds are worth something only if there was something to lose.
    expect(figures.messages).toBeGreaterThan(100);
    expect(figures.ends).toBeGreaterThan(10);
    expect(figures.unanswered).toBeGreaterThan(10);
    expect(figures.delivered).toBeGreaterThan(figures.creates);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 300_000);
