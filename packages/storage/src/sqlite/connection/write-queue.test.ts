import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SessionDraft, StoreUnavailableError } from "@adjourn/sessions";
import { createFakeClock, newSessionDraft } from "@adjourn/testkit";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createSession } from "../writing/create-session.js";
import type { SqliteConnection } from "./connection.js";
import { openReader, openWriter } from "./open-connections.js";
import { WriteQueue } from "./write-queue.js";

let folder: string;
let writer: SqliteConnection;
let reader: SqliteConnection;
let queue: WriteQueue;
const clock = createFakeClock();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "adjourn-"));
  const path = join(folder, "adjourn.db");
  writer = openWriter(path);
  reader = openReader(path);
  // One turn is one transaction, however slow the machine is.
  queue = new WriteQueue(writer, clock, { budgetMs: Number.POSITIVE_INFINITY });
});
afterEach(() => {
  reader.close();
  writer.close();
  rmSync(folder, { recursive: true });
});

const insertChannel = (id: string) => () =>
  writer.run("INSERT INTO channels (id, user_id, created_at) VALUES (:id, 'u', 1)", { id });
const committed = () => reader.all<{ id: string }>("SELECT id FROM channels ORDER BY id").map(({ id }) => id);
const commits = () => reader.get<{ data_version: number }>("PRAGMA data_version")?.data_version ?? 0;

test("the writes of one turn are one transaction, and none resolves before the commit", async () => {
  const before = commits();
  const resolved: string[] = [];
  const writes = ["a", "b", "c"].map((id) =>
    queue.run(insertChannel(id)).then(() => {
      resolved.push(id);
      expect(committed()).toEqual(["a", "b", "c"]);
    }),
  );
  expect(committed()).toEqual([]);
  await Promise.all(writes);
  expect(resolved).toEqual(["a", "b", "c"]);
  expect(commits()).toBe(before + 1);
});

test("the writes of a burst are one transaction although they come over several turns", async () => {
  const executed = vi.spyOn(writer, "exec");
  const writes: Promise<unknown>[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    for (let nth = 0; nth < 16; nth += 1) writes.push(queue.run(insertChannel(`${turn} ${nth}`)));
    await new Promise(setImmediate);
  }
  await Promise.all(writes);
  expect(committed()).toHaveLength(64);
  expect(executed.mock.calls.filter(([sql]) => sql === "COMMIT")).toHaveLength(1);
});

test("a burst that does not end is committed in between", async () => {
  let writes = 0;
  let resolved = 0;
  while (resolved === 0) {
    for (let nth = 0; nth < 16; nth += 1) {
      writes += 1;
      void queue.run(insertChannel(`${writes}`)).then(() => {
        resolved += 1;
      });
    }
    await new Promise(setImmediate);
  }
  expect(writes).toBeLessThan(1_000);
});

test("a write that fails is undone alone, and rejects after the commit, in order", async () => {
  const order: string[] = [];
  const note = (name: string) => () => void order.push(name);
  const first = queue.run(insertChannel("a")).then(note("first"));
  const failing = queue
    .run(() => {
      insertChannel("undone")();
      insertChannel("a")();
    })
    .then(note("never"), (error: Error) => {
      order.push(error.message);
      expect(committed()).toEqual(["a", "b"]);
    });
  const last = queue.run(insertChannel("b")).then(note("last"));
  await Promise.all([first, failing, last]);
  expect(order).toEqual(["first", "UNIQUE constraint failed: channels.id", "last"]);
});

test("a statement that failed runs with its new parameters the next time", async () => {
  await queue.run(insertChannel("a"));
  await expect(queue.run(insertChannel("a"))).rejects.toThrow("UNIQUE");
  await queue.run(insertChannel("b"));
  const insertReturning = (id: string) =>
    writer.get("INSERT INTO channels (id, user_id, created_at) VALUES (:id, 'u', 1) RETURNING id", { id });
  expect(insertReturning("c")).toMatchObject({ id: "c" });
  expect(() => insertReturning("a")).toThrow("UNIQUE");
  expect(insertReturning("d")).toMatchObject({ id: "d" });
  expect(committed()).toEqual(["a", "b", "c", "d"]);
});

test("a commit that fails fails every write in it, and the next one works", async () => {
  const good = queue.run(insertChannel("a"));
  const fatal = queue.run(() => {
    writer.exec("PRAGMA defer_foreign_keys = ON");
    writer.run(`INSERT INTO messages (id, channel_id, seq, author_id, is_agent, content, metadata, created_at)
      VALUES ('m', 'no such channel', 1, 'u', 0, '', '{}', 1)`);
  });
  const outcomes = await Promise.allSettled([good, fatal]);
  for (const outcome of outcomes)
    expect(outcome).toMatchObject({ status: "rejected", reason: expect.any(StoreUnavailableError) });
  expect(committed()).toEqual([]);
  await queue.run(insertChannel("later"));
  expect(committed()).toEqual(["later"]);
});

test("a full disk fails all writes of the turn as unavailable, and later writes succeed when there is space", async () => {
  const drafts = Array.from({ length: 20 }, () => newSessionDraft());
  const large = newSessionDraft({ metadata: { filler: "x".repeat(9_000) } });
  const create = (draft: SessionDraft) => queue.run(() => createSession(writer, draft, null, 1));
  // Without the free pages that migrations have left.
  writer.exec("VACUUM");
  const { page_count: pages = 0 } = writer.get<{ page_count: number }>("PRAGMA page_count") ?? {};
  writer.exec(`PRAGMA max_page_count = ${pages + 1}`);
  for (const outcome of await Promise.allSettled([...drafts, large].map(create)))
    expect(outcome).toMatchObject({ status: "rejected", reason: expect.any(StoreUnavailableError) });
  expect(committed()).toEqual([]);
  writer.exec("PRAGMA max_page_count = 100000");
  for (const draft of [...drafts, large])
    expect(await create(draft)).toMatchObject({ outcome: "created", session: { metadata: draft.metadata } });
  expect(committed()).toHaveLength(21);
});

/** Locks the file against writes, as another program does. */
const lockFile = () => {
  const other = openReader(join(folder, "adjourn.db"));
  other.exec("PRAGMA query_only = OFF");
  other.exec("BEGIN IMMEDIATE");
  return {
    release: () => {
      other.exec("ROLLBACK");
      other.close();
    },
  };
};

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test("a write to a locked file waits without blocking, and is stored when the lock is released", async () => {
  const lock = lockFile();
  const write = queue.run(insertChannel("a"));
  await turn();
  await clock.advance(1_000);
  expect(committed()).toEqual([]);
  lock.release();
  await clock.advance(1_000);
  await write;
  expect(committed()).toEqual(["a"]);
});

test("a lock that remains fails each write at its own deadline, and later writes are stored", async () => {
  const lock = lockFile();
  const early = queue.run(insertChannel("a"));
  const failed = expect(early).rejects.toThrow(StoreUnavailableError);
  await turn();
  await clock.advance(4_000);
  const late = queue.run(insertChannel("b"));
  await clock.advance(1_000);
  await failed;
  lock.release();
  await clock.advance(1_000);
  await late;
  expect(committed()).toEqual(["b"]);
});

test("a queue that is closed while the file is locked rejects the waiting writes", async () => {
  const lock = lockFile();
  const write = expect(queue.run(insertChannel("a"))).rejects.toThrow(StoreUnavailableError);
  queue.close();
  await write;
  lock.release();
});

test("a long queue is split into transactions in several turns of the event loop", async () => {
  const busyFor = (ms: number) => () => {
    const until = performance.now() + ms;
    while (performance.now() < until);
  };
  const bounded = new WriteQueue(writer, clock);
  let turns = 0;
  let done = false;
  const count = () => {
    turns++;
    if (!done) setImmediate(count);
  };
  setImmediate(count);
  await Promise.all(Array.from({ length: 40 }, () => bounded.run(busyFor(5))));
  done = true;
  expect(turns).toBeGreaterThan(5);
});
