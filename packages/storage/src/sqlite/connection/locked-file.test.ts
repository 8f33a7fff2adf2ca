import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type SessionStore, StoreUnavailableError } from "@adjourn/sessions";
import { createFakeClock, newSessionDraft } from "@adjourn/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createSqliteSessionStore } from "../session-store.js";

const program = fileURLToPath(new URL("../../../test/lock-file.ts", import.meta.url));
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

let folder: string;
let store: SessionStore;
let release: () => Promise<void>;
const clock = createFakeClock();
const draft = newSessionDraft();

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "adjourn-"));
  store = createSqliteSessionStore({ url: `file:${join(folder, "adjourn.db")}`, clock });
  await store.createSession(draft, null);
  const other = spawn(process.execPath, ["--import", "tsx", program, join(folder, "adjourn.db")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  release = async () => {
    if (other.exitCode !== null || other.signalCode !== null) return;
    const gone = once(other, "exit");
    other.kill("SIGKILL");
    await gone;
  };
  await once(other.stdout, "data");
});
afterEach(async () => {
  await release();
  await store.close();
  rmSync(folder, { recursive: true });
});

test("while another process locks the file, the event loop runs and reads are answered", async () => {
  let settled = 0;
  const writes = Array.from({ length: 10 }, () =>
    store.recordHeartbeat(draft.sessionId).finally(() => settled++),
  );
  // If a turn waited for the lock, the writes would fail by the second turn.
  for (let turns = 0; turns < 100; turns++) {
    await turn();
    await clock.advance(20);
    expect(await store.readSession(draft.sessionId)).toMatchObject({ outcome: "live" });
  }
  expect(settled).toBe(0);
  await release();
  await clock.advance(20);
  await turn();
  for (const write of writes) expect(await write).toMatchObject({ outcome: "recorded" });
});

test("a lock that remains fails writes and the ping at their deadline, and reads continue", async () => {
  const writes = [store.recordHeartbeat(draft.sessionId), store.ping()].map((write) =>
    expect(write).rejects.toThrow(StoreUnavailableError),
  );
  await turn();
  await clock.advance(5_000);
  await Promise.all(writes);
  expect(await store.readSession(draft.sessionId)).toMatchObject({ outcome: "live" });
  await release();
  await store.ping();
});
