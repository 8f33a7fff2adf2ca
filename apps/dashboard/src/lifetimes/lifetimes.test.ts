import { describe, expect, it } from "vitest";
import type { Changes } from "../lists/changes";
import type { Ending, SessionRow } from "../lists/records";
import { changeLifetimes, type Lifetimes } from "./lifetimes";
import { walkBack } from "./walk-back";

const at = (second: number) => new Date(second * 1_000).toISOString();

const row = (sessionId: string, second: number): SessionRow => ({
  sessionId,
  channelId: "c",
  agentId: "a",
  userId: "u",
  createdAt: at(second),
  lastActivity: at(second),
  expiresAt: at(second + 60),
  metadata: {},
  timeoutConfig: { timeoutMinutes: 30, autoRenew: true, maxDurationMinutes: 720, warningThresholdMinutes: 5 },
  renewalCount: 0,
  timeRemaining: 1,
  isNearExpiration: false,
  messageCount: 0,
  listeners: 0,
  pendingOperations: 0,
  lastMessage: null,
});

const ending = (sessionId: string, createdSecond: number, endedSecond: number): Ending => ({
  ...row(sessionId, createdSecond),
  endedAt: at(endedSecond),
  cause: "requested",
  reason: null,
  endedBy: "admin",
  actor: null,
  listenersDropped: 0,
  operationsAborted: 0,
});

const changes = (created: SessionRow[], ended: Ending[]): Changes => ({
  created: new Map(created.map((one) => [one.sessionId, one])),
  changed: new Map(),
  ended: new Map(ended.map((one) => [one.sessionId, one])),
  gone: new Set(ended.map(({ sessionId }) => sessionId)),
});

describe("lifetimes", () => {
  const known: Lifetimes = {
    begun: new Map([["live", at(50)]]),
    gone: new Map([["gone", { createdAt: at(40), endedAt: at(45), cause: "expired" }]]),
    older: 2,
    knownFrom: 30_000,
  };

  it("count each session once, however often it is reported", () => {
    const update = changes([row("new", 60), row("live", 50)], [ending("gone", 40, 45)]);
    const next = changeLifetimes(known, update);
    expect([...next.begun.keys()]).toEqual(["live", "new"]);
    expect(next.gone.size).toBe(1);
    expect(changeLifetimes(next, update)).toBe(next);
  });

  it("take what ends from the live ones, or from those too old to be listed", () => {
    const next = changeLifetimes(known, changes([], [ending("live", 50, 70), ending("old", 1, 71)]));
    expect(next).toMatchObject({ begun: new Map(), older: 1 });
    expect([...next.gone.keys()]).toEqual(["gone", "live", "old"]);
  });
});

describe("walking back through a list", () => {
  // Ten a page, one a second, newest first: 100, 99, 98 …
  const readPage = async (cursor: string | undefined) => {
    const first = Number(cursor ?? 100);
    const items = Array.from({ length: 10 }, (_, index) => first - index).filter((item) => item > 0);
    return { items, ...(first > 10 ? { nextCursor: String(first - 10) } : {}) };
  };

  it("stops where it has seen enough, and at the list's end", async () => {
    const some = await walkBack(readPage, (item) => item, 75, 10);
    expect(some).toMatchObject({ items: { length: 30 }, knownFrom: 75 });
    const all = await walkBack(readPage, (item) => item, -5, 10);
    expect(all).toMatchObject({ items: { length: 100 }, knownFrom: -5 });
  });

  it("says how far it came where the list is too long", async () => {
    const part = await walkBack(readPage, (item) => item, 0, 3);
    expect(part).toMatchObject({ items: { length: 30 }, knownFrom: 71 });
  });
});
