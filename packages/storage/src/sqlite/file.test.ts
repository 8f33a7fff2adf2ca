import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreUnavailableError } from "@adjourn/sessions";
import { createFakeClock, newSessionDraft } from "@adjourn/sessions/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UnusableDatabaseError } from "../unusable-database-error.js";
import { SqliteConnection } from "./connection.js";
import { createSqliteSessionStore } from "./session-store.js";

let folder: string;
let path: string;
const clock = createFakeClock();
const caller = { endedBy: "admin", actor: "ops" } as const;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "adjourn-"));
  path = join(folder, "nested", "deeper", "adjourn.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = () => createSqliteSessionStore({ url: `file:${path}`, clock });

const message = (sessionId: string, content: string) => ({
  id: crypto.randomUUID(),
  sessionId,
  isAgent: false,
  inReplyTo: null,
  content,
  metadata: {},
  attachments: null,
});

const bytesOnDisk = (): string =>
  readdirSync(join(folder, "nested", "deeper"))
    .map((name) => readFileSync(join(folder, "nested", "deeper", name), "latin1"))
    .join("");

test("sessions, messages, endings and keys survive a restart, byte for byte", async () => {
  const first = open();
  const [live, over] = [newSessionDraft({ metadata: { "é😀": "\u2028" } }), newSessionDraft()];
  const key = { key: "k", fingerprint: "f" };
  const created = await first.createSession(live, key);
  await first.createSession(over, null);
  const content = "  tab\t newline\n é 😀 ' \" \\ \u2028 ✓ ";
  const stored = await first.appendMessage(message(live.sessionId, content));
  const end = { sessionId: over.sessionId, reason: "why", caller, idempotencyKey: "end", counts: null };
  const counts = { listenersDropped: 2, operationsAborted: 1 };
  const ended = await first.endSession(end);
  await first.keepEndAnswer(over.sessionId, "end", counts);
  await first.close();

  const second = open();
  const [found] = await second.readMessagesAfter(live.channelId, 0, 10);
  expect(found).toEqual(stored.outcome === "stored" && stored.message);
  expect(found?.content).toBe(content);
  expect(await second.createSession(newSessionDraft(), key)).toEqual({ ...created, outcome: "repeated" });
  expect(await second.endSession(end)).toEqual({ ...ended, outcome: "repeated", counts });
  expect(await second.readSession(live.sessionId)).toMatchObject({
    outcome: "live",
    session: { lastSeq: 1 },
  });
  await second.close();
});

test("nothing of an erased channel is left on the disk", async () => {
  const store = open();
  const draft = newSessionDraft({ metadata: { secret: "metadata-of-ada" } });
  await store.createSession(draft, { key: "k", fingerprint: "f" });
  for (let i = 0; i < 200; i++)
    await store.appendMessage(message(draft.sessionId, `content-of-ada ${"x".repeat(i * 20)}`));
  await store.endSession({
    sessionId: draft.sessionId,
    reason: "reason-of-ada",
    caller,
    idempotencyKey: "e",
    counts: null,
  });
  expect(bytesOnDisk()).toMatch(/of-ada/);
  expect(await store.eraseChannel(draft.channelId)).toBe("erased");
  expect(bytesOnDisk()).not.toMatch(/of-ada/);
  expect(bytesOnDisk()).toContain(draft.sessionId);
  await store.close();
});

test("a file of a newer version is refused with one clear line and left as it is", async () => {
  await open().close();
  const connection = new SqliteConnection(path);
  connection.exec("PRAGMA user_version = 99");
  connection.close();
  expect(open).toThrow(UnusableDatabaseError);
  expect(open).toThrow(/^The database file .* has version 99 and was made by a newer Adjourn[^\n]*$/);
  const again = new SqliteConnection(path);
  expect(again.get("PRAGMA user_version")).toMatchObject({ user_version: 99 });
  again.close();
});

test("a file that is no database is refused with one clear line", async () => {
  await open().close();
  writeFileSync(path, "not a database at all, however long this text may be".repeat(100));
  expect(open).toThrow(UnusableDatabaseError);
  expect(open).toThrow(/^The database file:[^\n]* can't be opened: [^\n]*$/);
});

test("a folder that is missing is made, and an absolute file URL is understood", async () => {
  const store = createSqliteSessionStore({ url: `file://${path}`, clock });
  expect(existsSync(path)).toBe(true);
  await store.ping();
  await store.close();
});

test("a closed store has committed what it was given, and answers nothing more", async () => {
  const store = open();
  const draft = newSessionDraft();
  const created = store.createSession(draft, null);
  await store.close();
  await store.close();
  expect(await created).toMatchObject({ outcome: "created" });
  await expect(store.ping()).rejects.toThrow(StoreUnavailableError);
  await expect(store.createSession(newSessionDraft(), null)).rejects.toThrow(StoreUnavailableError);
  const again = open();
  expect(await again.readSession(draft.sessionId)).toMatchObject({ outcome: "live" });
  await again.close();
});
