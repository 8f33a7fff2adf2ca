import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemCaller } from "@adjourn/sessions";
import { createFakeClock, newSessionDraft } from "@adjourn/testkit";
import { expect, it } from "vitest";
import { openReader, openWriter } from "../connection/open-connections.js";
import { assembleStore } from "../session-store.js";

it("the channels of a user are erased in few transactions", async () => {
  const folder = mkdtempSync(join(tmpdir(), "adjourn-"));
  const writer = openWriter(join(folder, "adjourn.db"));
  const store = assembleStore(writer, openReader(join(folder, "adjourn.db")), createFakeClock(), () => {});
  const drafts = Array.from({ length: 200 }, () => newSessionDraft({ userId: "the user" }));
  await Promise.all(drafts.map((draft) => store.createSession(draft, null)));
  const end = { reason: null, caller: systemCaller, idempotencyKey: null };
  await Promise.all(drafts.map(({ sessionId }) => store.endSession({ sessionId, ...end })));
  let commits = 0;
  const exec = writer.exec.bind(writer);
  writer.exec = (sql) => {
    if (sql === "COMMIT") commits += 1;
    exec(sql);
  };
  expect(await store.eraseUser("the user")).toEqual({ outcome: "erased", channels: 200 });
  // One for each channel would be 200.
  expect(commits).toBeLessThan(100);
  await store.close();
  rmSync(folder, { recursive: true });
});
