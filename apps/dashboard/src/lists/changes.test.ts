import { sampleEnding, sampleSessionRow } from "@adjourn/testkit/samples";
import { describe, expect, it } from "vitest";
import { type Changes, changeEndingPages, changeSessionPages } from "./changes";
import type { Ending, SessionPage, SessionRow } from "./records";

const row = (sessionId: string, minute: number, fields: Partial<SessionRow> = {}): SessionRow =>
  sampleSessionRow(sessionId, {
    channelId: `channel-of-${sessionId}`,
    createdAt: `2026-01-01T00:${String(minute).padStart(2, "0")}:00.000Z`,
    ...fields,
  });

const endingOf = ({ sessionId, channelId, agentId, userId, createdAt }: SessionRow): Ending =>
  sampleEnding(sessionId, { channelId, agentId, userId, createdAt, endedAt: "2026-01-01T02:00:00.000Z" });

const stats = { totalSessions: 0, activeSessions: 0, expiredSessions: 0 };
const page = (sessions: SessionRow[], total = sessions.length, nextCursor?: string): SessionPage => ({
  sessions,
  total,
  stats,
  ...(nextCursor === undefined ? {} : { nextCursor }),
});

const changes = (fields: Partial<Changes>): Changes => ({
  created: new Map(),
  changed: new Map(),
  ended: new Map(),
  gone: new Set(fields.ended?.keys()),
  ...fields,
});

const ids = (pages: readonly SessionPage[]) =>
  pages.map(({ sessions }) => sessions.map((one) => one.sessionId));

describe("a list of sessions", () => {
  it("takes in what began, on top, once, and only where it matches the filter", () => {
    const [old, mine, others] = [row("old", 1), row("mine", 2), row("others", 3, { userId: "someone" })];
    const created = new Map([old, mine, others].map((one) => [one.sessionId, one]));
    const pages = changeSessionPages([page([old])], changes({ created }), { userId: "USER" });
    expect(ids(pages)).toEqual([["mine", "old"]]);
    expect(pages[0]?.total).toBe(2);
  });

  it("removes gone sessions, even if a late answer or event still has them", () => {
    const gone = row("gone", 1);
    const late = changes({
      created: new Map([["gone", gone]]),
      changed: new Map([["gone", gone]]),
      gone: new Set(["gone"]),
    });
    expect(ids(changeSessionPages([page([gone, row("left", 0)])], late, {}))).toEqual([["left"]]);
    expect(ids(changeSessionPages([page([row("left", 0)])], late, {}))).toEqual([["left"]]);
  });

  it("counts what ended in the part that is not loaded", () => {
    const beyond = row("beyond", 1);
    const ended = new Map([["beyond", endingOf(beyond)]]);
    const pages = changeSessionPages([page([row("shown", 5)], 9, "next")], changes({ ended }), {});
    expect(ids(pages)).toEqual([["shown"]]);
    expect(pages[0]?.total).toBe(8);
  });

  it("shows the latest state of what changed, and stays the same object where nothing did", () => {
    const before = [page([row("a", 1)]), page([row("b", 0)])];
    const changed = new Map([["b", row("b", 0, { messageCount: 7 })]]);
    const after = changeSessionPages(before, changes({ changed }), {});
    expect(after[1]?.sessions[0]?.messageCount).toBe(7);
    expect(changeSessionPages(before, changes({}), {})).toBe(before);
  });

  it("does not count an end beyond the loaded rows again that the API had counted before it answered", () => {
    const beyond = row("beyond", 1);
    const ending = endingOf(beyond);
    const ended = new Map([["beyond", ending]]);
    const countedAt = (ms: number) => [
      { ...page([row("shown", 2)], 7, "next"), countedAt: Date.parse(ending.endedAt) + ms },
    ];
    expect(changeSessionPages(countedAt(0), changes({ ended }), {})[0]?.total).toBe(7);
    expect(changeSessionPages(countedAt(-1), changes({ ended }), {})[0]?.total).toBe(6);
  });

  describe.each([
    ["replying", "pendingOperations"],
    ["listened", "listeners"],
  ] as const)("that asks for activity %s", (activity, count) => {
    const active = (id: string, minute: number) => row(id, minute, { [count]: 1 });
    const of = (...rows: SessionRow[]) => new Map(rows.map((one) => [one.sessionId, one]));

    it("takes in what becomes active and lets go what no longer is, by what the rows show", () => {
      const before = [page([active("a", 2), active("b", 1)])];
      const changed = of(row("a", 2), active("c", 3), row("d", 4));
      const after = changeSessionPages(before, changes({ changed }), { activity });
      expect(ids(after)).toEqual([["c", "b"]]);
      expect(after[0]?.total).toBe(2);
      const back = changeSessionPages(after, changes({ changed: of(active("a", 2)) }), { activity });
      expect(ids(back)).toEqual([["a", "c", "b"]]);
    });

    it("judges a new session by its latest state, and by every other filter too", () => {
      const created = of(row("new", 1), active("other", 2));
      const changed = of(
        active("new", 1),
        row("other", 2),
        row("else", 3, { [count]: 1, userId: "someone" }),
      );
      const after = changeSessionPages([page([])], changes({ created, changed }), {
        activity,
        userId: "USER",
      });
      expect(ids(after)).toEqual([["new"]]);
      expect(after[0]?.total).toBe(1);
    });

    it("leaves to the API what lies beyond the loaded rows", () => {
      const before = [page([active("shown", 5)], 9, "next")];
      const changed = of(active("older", 4), active("newer", 6));
      const after = changeSessionPages(before, changes({ changed }), { activity });
      expect(ids(after)).toEqual([["newer", "shown"]]);
      expect(after[0]?.total).toBe(10);
      const soonest = (id: string, expiresAt: string) => row(id, 1, { [count]: 1, expiresAt });
      const byExpiry = changeSessionPages(
        [page([soonest("shown", "2026-01-01T03:00:00.000Z")], 9, "next")],
        changes({
          changed: of(
            soonest("later", "2026-01-01T04:00:00.000Z"),
            soonest("sooner", "2026-01-01T02:00:00.000Z"),
          ),
        }),
        { activity, sort: "expiresAt" },
      );
      expect(ids(byExpiry)).toEqual([["sooner", "shown"]]);
    });
  });
});

describe("a list of endings", () => {
  it("takes in what ended, once, and only where it matches the filter", () => {
    const [one, two] = [endingOf(row("one", 1)), endingOf(row("two", 2))];
    const ended = new Map([one, two].map((ending) => [ending.sessionId, ending]));
    const pages = [{ endings: [one] }];
    const shown = (cause?: "requested" | "expired") =>
      changeEndingPages(pages, changes({ ended }), { cause }).flatMap(({ endings }) =>
        endings.map(({ sessionId }) => sessionId),
      );
    expect(shown()).toEqual(["two", "one"]);
    expect(shown("requested")).toEqual(["two", "one"]);
    expect(shown("expired")).toEqual(["one"]);
  });
});
