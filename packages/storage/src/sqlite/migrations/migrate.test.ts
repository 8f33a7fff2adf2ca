import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Clock, SessionStore } from "@adjourn/sessions";
import { createFakeClock, newMessageDraft } from "@adjourn/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../../test/system-clock.js";
import { expectMigrated } from "../../../test/version-2.js";
import { createSqliteSessionStore } from "../session-store.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "adjourn-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const openCopy = (version: number, clock: Clock) => {
  const fixture = fileURLToPath(new URL(`../../../test/fixtures/version-${version}.db`, import.meta.url));
  const path = join(folder, "adjourn.db");
  copyFileSync(fixture, path);
  return createSqliteSessionStore({ url: `file:${path}`, clock });
};

test("a file of version 2 is migrated, and loses nothing", async () => {
  const store = openCopy(2, systemClock);
  expect(await store.readOrCreateSecret("another")).toBe("a secret of at least 32 characters");
  await expectMigrated(store, {
    live: "18f8a446-1378-461b-a465-927f3af8e612",
    liveChannel: "01353548-10e8-45fb-96ea-238907a72875",
    ended: "d1487aed-4d1e-4a63-a58f-216237be1e80",
    endedChannel: "7f2dd01d-f89e-4399-8497-1a7e95c010b3",
  });
  await store.close();
});

/**
 * `near` was created within its warning window. `released` has expired, has no ending yet, and its channel is continued by
 * `heir`.
 */
const version3 = {
  live: "fac83d98-4b42-4bf6-971a-4c8b4108c7b6",
  liveChannel: "d0718583-fc30-479c-82a2-e2c2a7dd5844",
  ended: "1a0eb700-8a80-4038-8d4f-72c2e59dbaa0",
  near: "7f63b913-069f-4f38-9ed7-023fa24067ee",
  released: "b32f2735-326a-48e4-bf67-7847b2ad1c7b",
  releasedChannel: "dc6cfcb6-545d-47ea-a79c-3e9936246ae2",
  heir: "8ff9b954-712e-476e-a35d-7b70735c7a52",
};

const foundIds = async (store: SessionStore, search: string): Promise<string[]> => {
  const { sessions, total } = await store.listSessions({ search }, { limit: 10 });
  expect(total).toBe(sessions.length);
  return sessions.map(({ sessionId }) => sessionId);
};

test("a file of version 3 is migrated: it is counted, searched, paged by time and erased as before", async () => {
  const { live, liveChannel, ended, near, released, releasedChannel, heir } = version3;
  const store = openCopy(3, createFakeClock(Date.UTC(2027, 0)));
  expect(await store.countSessions()).toEqual({ active: 3, expired: 1, expiringSoon: 1 });
  for (const start of [live, liveChannel])
    expect(await foundIds(store, start.slice(0, 8).toUpperCase())).toEqual([live]);
  expect(await foundIds(store, near)).toEqual([near]);
  expect(await foundIds(store, releasedChannel)).toEqual([heir]);
  expect(await store.listEndings({ search: ended.toUpperCase() }, { limit: 10 })).toMatchObject({
    endings: [{ sessionId: ended, reason: "done" }],
  });

  const page = { channelId: liveChannel, limit: 10 };
  const [question, reply] = await store.readMessagesAfter(liveChannel, 0, 10);
  expect(await store.listMessages({ ...page, after: { time: question?.createdAt ?? 0 } })).toMatchObject({
    messages: [reply],
  });
  expect(await store.listMessages({ ...page, before: { time: reply?.createdAt ?? 0 } })).toMatchObject({
    messages: [question],
  });
  expect(await store.appendMessage(newMessageDraft(live))).toMatchObject({ message: { seq: 3 } });

  expect(await store.expireSessions(10)).toMatchObject([{ sessionId: released }]);
  expect(await store.eraseChannel(releasedChannel)).toBe("in_use");
  const caller = { endedBy: "admin", actor: null } as const;
  await store.endSession({ sessionId: heir, reason: "erase me", caller, idempotencyKey: null });
  expect(await store.eraseChannel(releasedChannel)).toBe("erased");
  expect(await store.readEndings([heir])).toMatchObject([{ reason: null }]);
  await store.close();
});
