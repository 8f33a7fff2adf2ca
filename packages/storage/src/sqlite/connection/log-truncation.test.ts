import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFakeClock } from "@adjourn/testkit";
import { expect, test } from "vitest";
import { LogTruncation } from "./log-truncation.js";
import { openWriter } from "./open-connections.js";

test("a log that can't be truncated fails no call, and is truncated later", async () => {
  const folder = mkdtempSync(join(tmpdir(), "adjourn-"));
  const path = join(folder, "adjourn.db");
  const writer = openWriter(path);
  const clock = createFakeClock();
  try {
    const log = new LogTruncation(writer, clock);
    writer.exec("BEGIN IMMEDIATE");
    expect(() => writer.get("PRAGMA wal_checkpoint(TRUNCATE)")).toThrow();
    log.request();
    await clock.advance(5_000);
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
    writer.exec("COMMIT");
    await clock.advance(1_000);
    expect(statSync(`${path}-wal`).size).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  } finally {
    writer.close();
    rmSync(folder, { recursive: true });
  }
});
