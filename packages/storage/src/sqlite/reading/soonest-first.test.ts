import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SessionStore } from "@adjourn/sessions";
import { createFakeClock, newSessionDraft } from "@adjourn/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openReader, openWriter } from "../connection/open-connections.js";
import { assembleStore } from "../session-store.js";

const minute = 60_000;
/** More than are read in one turn, twice. */
const count = 2_400;

let folder: string;
let store: SessionStore;
let sliceEnds: number;
const clock = createFakeClock();
const agentId = crypto.randomUUID();

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "adjourn-"));
  const path = join(folder, "adjourn.db");
  const writer = openWriter(path);
  const reader = openReader(path);
  const { get } = reader;
  sliceEnds = 0;
  reader.get = (sql, parameters) => {
    if (sql.includes("OFFSET 999")) sliceEnds += 1;
    return get.call(reader, sql, parameters) as undefined;
  };
  store = assembleStore(writer, reader, clock, () => {});
  await Promise.all(
    Array.from({ length: count }, (_, nth) => {
      const timeoutMinutes = 20 + ((nth * 7) % 60);
      return store.createSession(newSessionDraft({ agentId, timeoutConfig: { timeoutMinutes } }), null);
    }),
  );
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** All sessions by their expiry, as pages of the store and as a sorted list. */
const bothOrders = async (filter: object) => {
  const { sessions: all } = await store.listSessions({}, { limit: count });
  const order = [...all].sort((a, b) => a.expiresAt - b.expiresAt || (a.sessionId < b.sessionId ? -1 : 1));
  const paged: string[] = [];
  for (let after: { time: number; id: string } | undefined; ; ) {
    const page = await store.listSessions(filter, { limit: 500, sort: "expiresAt", after });
    expect(page.total).toBe(count);
    paged.push(...page.sessions.map(({ sessionId }) => sessionId));
    if (!page.next) break;
    after = page.next;
  }
  return { order: order.map(({ sessionId }) => sessionId), paged };
};

test.each([
  ["of all", {}],
  ["of an agent", { agentId }],
  ["of a search", { search: agentId.slice(0, 8) }],
])(
  "many sessions %s, most of them renewed since, are paged by their expiry without a gap",
  async (_, filter) => {
    await clock.advance(6 * minute);
    const { sessions } = await store.listSessions({}, { limit: count });
    await Promise.all(
      sessions.filter((__, nth) => nth % 5 !== 0).map(({ sessionId }) => store.recordHeartbeat(sessionId)),
    );
    const { order, paged } = await bothOrders(filter);
    expect(paged).toEqual(order);
  },
);

test("of many sessions only those are read that can be among the soonest", async () => {
  sliceEnds = 0;
  const { sessions } = await store.listSessions({}, { limit: 20, sort: "expiresAt" });
  expect(new Set(sessions.map(({ timeoutConfig }) => timeoutConfig.timeoutMinutes))).toEqual(new Set([20]));
  expect(sliceEnds).toBe(1);
});
