import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFakeClock, describeSessionStore } from "@adjourn/sessions/testing";
import { createSqliteSessionStore } from "./session-store.js";

describeSessionStore("the session store in SQLite", async () => {
  const clock = createFakeClock();
  const folder = mkdtempSync(join(tmpdir(), "adjourn-"));
  const store = createSqliteSessionStore({ url: `file:${join(folder, "adjourn.db")}`, clock });
  return {
    store,
    other: store,
    advance: clock.advance,
    close: async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
});
