import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { systemClock } from "../../test/system-clock.js";
import { expectMigrated } from "../../test/version-2.js";
import { createSqliteSessionStore } from "./session-store.js";

const fixture = fileURLToPath(new URL("../../test/fixtures/version-2.db", import.meta.url));

test("a file of the version before is migrated, and loses nothing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "adjourn-"));
  try {
    const path = join(folder, "adjourn.db");
    copyFileSync(fixture, path);
    const store = createSqliteSessionStore({ url: `file:${path}`, clock: systemClock });
    expect(await store.readOrCreateSecret("another")).toBe("a secret of at least 32 characters");
    await expectMigrated(store, {
      live: "18f8a446-1378-461b-a465-927f3af8e612",
      liveChannel: "01353548-10e8-45fb-96ea-238907a72875",
      ended: "d1487aed-4d1e-4a63-a58f-216237be1e80",
      endedChannel: "7f2dd01d-f89e-4399-8497-1a7e95c010b3",
    });
    await store.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
