import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type SessionStore, StoreUnavailableError } from "@adjourn/sessions";
import { createFakeClock, newMessageDraft, newSessionDraft } from "@adjourn/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UnusableDatabaseError } from "../../unusable-database-error.js";
import { createSqliteSessionStore } from "../session-store.js";
import { SqliteConnection } from "./connection.js";

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

const message = (sessionId: string, content: string) => newMessageDraft(sessionId, { content });

const bytesOnDisk = (): string =>
  readdirSync(join(folder, "nested", "deeper"))
    .map((name) => readFileSync(join(folder, "nested", "deeper", name), "latin1"))
    .join("");

test("sessions, messages, endings and keys survive a restart, byte for byte", async () => {
  const first = open();
  const [live, gone] = [newSessionDraft({ metadata: { "é😀": "\u2028" } }), newSessionDraft()];
  const key = { key: "k", fingerprint: "f" };
  const created = await first.createSession(live, key);
  await first.createSession(gone, null);
  const content = "  tab\t newline\n é 😀 ' \" \\ \u2028 ✓ ";
  const draft = { ...message(live.sessionId, content), idempotency: key };
  const stored = await first.appendMessage(draft);
  const end = { sessionId: gone.sessionId, reason: "why", caller, idempotencyKey: "end" };
  const ended = await first.endSession(end);
  await first.close();

  const second = open();
  const [found] = await second.readMessagesAfter(live.channelId, 0, 10);
  expect(found).toEqual(stored.outcome === "stored" && stored.message);
  expect(found?.content).toBe(content);
  expect(await second.createSession(newSessionDraft(), key)).toEqual({ ...created, outcome: "repeated" });
  expect(await second.readSent(live.sessionId, key)).toMatchObject({
    outcome: "repeated",
    earlier: { message: found, replyId: draft.reply.messageId, failure: null },
  });
  expect(await second.endSession(end)).toEqual({ ...ended, outcome: "repeated" });
  expect(await second.readSession(live.sessionId)).toMatchObject({
    outcome: "live",
    session: { lastSeq: 1 },
  });
  await second.close();
});

test("a long history is erased in several turns of the event loop", async () => {
  const store = open();
  const draft = newSessionDraft();
  await store.createSession(draft, null);
  await store.appendMessage(message(draft.sessionId, "first"));
  const { sessionId, channelId } = draft;
  await store.endSession({ sessionId, reason: null, caller, idempotencyKey: null });
  const connection = new SqliteConnection(path);
  connection.exec(`WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 2600)
    INSERT INTO messages (id, channel_id, seq, author_id, is_agent, content, metadata, created_at)
    SELECT 'm' || i, '${channelId}', i, 'u', 0, 'x', '{}', i FROM n`);
  connection.close();
  let turns = 0;
  let done = false;
  const count = () => {
    turns++;
    if (!done) setImmediate(count);
  };
  setImmediate(count);
  expect(await store.eraseChannel(channelId)).toBe("erased");
  done = true;
  expect(turns).toBeGreaterThan(4);
  expect(await store.readMessagesAfter(channelId, 0, 10)).toEqual([]);
  expect(await store.listMessages({ channelId, limit: 1 })).toEqual({ outcome: "unknown_channel" });
  await store.close();
});

test("nothing of an erased channel remains on the disk", async () => {
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
  });
  expect(bytesOnDisk()).toMatch(/of-ada/);
  expect(await store.eraseChannel(draft.channelId)).toBe("erased");
  expect(bytesOnDisk()).not.toMatch(/of-ada/);
  expect(bytesOnDisk()).toContain(draft.sessionId);
  await store.close();
});

/** Stores a message, ends the session, and erases its channel. */
const storeAndErase = async (store: SessionStore, content: string): Promise<void> => {
  const draft = newSessionDraft();
  await store.createSession(draft, null);
  await store.appendMessage(message(draft.sessionId, content));
  const { sessionId } = draft;
  await store.endSession({ sessionId, reason: null, caller, idempotencyKey: null });
  expect(await store.eraseChannel(draft.channelId)).toBe("erased");
};

/** Opens a snapshot as another program does. The log must be kept for it. */
const holdSnapshot = () => {
  const reader = new SqliteConnection(path);
  reader.exec("BEGIN");
  reader.get("SELECT count(*) AS count FROM sessions");
  return () => {
    reader.exec("ROLLBACK");
    reader.close();
  };
};

test("content erased while a reader needs the log is removed from it when the reader ends", async () => {
  const store = open();
  const release = holdSnapshot();
  await storeAndErase(store, "content-of-ada");
  await clock.advance(10_000);
  expect(bytesOnDisk()).toMatch(/of-ada/);
  release();
  await clock.advance(1_000);
  expect(bytesOnDisk()).not.toMatch(/of-ada/);
  expect(clock.pendingTimers).toBe(0);
  await store.close();
});

test("the next store truncates the log of a stopped one, as soon as no reader needs it", async () => {
  const first = open();
  const release = holdSnapshot();
  await storeAndErase(first, "content-of-ada");
  await first.close();
  expect(bytesOnDisk()).toMatch(/of-ada/);
  const second = open();
  release();
  await clock.advance(1_000);
  expect(bytesOnDisk()).not.toMatch(/of-ada/);
  await second.close();
});

const modes = () =>
  Object.fromEntries(
    readdirSync(dirname(path)).map((name) => [name, statSync(join(dirname(path), name)).mode & 0o777]),
  );

test("only its user can open the database, its logs, its lock and a folder created for them", async () => {
  const store = open();
  await store.createSession(newSessionDraft(), null);
  for (const suffix of ["", "-wal", "-shm", ".lock"]) expect(modes()).toHaveProperty([`adjourn.db${suffix}`]);
  for (const mode of Object.values(modes())) expect(mode).toBe(0o600);
  expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  expect(statSync(dirname(dirname(path))).mode & 0o777).toBe(0o700);
  await store.close();
});

test("files that others could open are restricted at the start, and an existing folder is not changed", async () => {
  await open().close();
  for (const name of ["adjourn.db", "adjourn.db.lock"]) chmodSync(join(dirname(path), name), 0o666);
  chmodSync(dirname(path), 0o755);
  const store = open();
  for (const mode of Object.values(modes())) expect(mode).toBe(0o600);
  expect(statSync(dirname(path)).mode & 0o777).toBe(0o755);
  await store.close();
});

test("a ping fails if nothing can be written", async () => {
  const store = open();
  await store.createSession(newSessionDraft(), null);
  const log = () => statSync(`${path}-wal`).size;
  const before = log();
  await store.ping();
  expect(log()).toBeGreaterThan(before);
  await store.close();
});

test("a file of a newer version is refused with one clear line and not changed", async () => {
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

test("a file that is not a database is refused with one clear line", async () => {
  await open().close();
  writeFileSync(path, "not a database at all, however long this text may be".repeat(100));
  expect(open).toThrow(UnusableDatabaseError);
  expect(open).toThrow(/^The database file:[^\n]* can't be opened: [^\n]*$/);
});

test("a missing folder is created, and an absolute file URL is accepted", async () => {
  const store = createSqliteSessionStore({ url: `file://${path}`, clock });
  expect(existsSync(path)).toBe(true);
  await store.ping();
  await store.close();
});

test("a closed store has committed its writes, and refuses every call", async () => {
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

test("a pipe or a device is refused, and its mode stays", () => {
  path = join(folder, "pipe");
  execFileSync("mkfifo", ["-m", "666", path]);
  // Whoever opens a pipe that nobody reads waits.
  const reader = openSync(path, constants.O_RDWR);
  const { mode } = statSync(path);
  expect(open).toThrow(/is not a regular file/);
  expect(statSync(path).mode).toBe(mode);
  closeSync(reader);
});

test("a folder that the system does not let anyone create is refused", () => {
  path = "/proc/none/deeper/adjourn.db";
  expect(open).toThrow(UnusableDatabaseError);
});
