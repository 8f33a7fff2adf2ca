import { sampleEnding, sampleSessionRow } from "@adjourn/testkit/samples";
import { expect, it } from "vitest";
import { changeSessionPages } from "../lists/changes";
import { createLiveStore, type LiveEvent } from "./live-store";

const minute = 60_000;
/** More than are kept without need. */
const many = 25_000;

const openStore = () => {
  const clock = { now: 0 };
  const store = createLiveStore(() => clock.now);
  const end = (sessionId: string): void => {
    const event: LiveEvent = { type: "session.ended", ending: sampleEnding(sessionId) };
    store.take(event);
  };
  const endMany = (prefix: string): void => {
    for (let index = 0; index < many; index += 1) end(`${prefix}${index}`);
  };
  return { clock, store, end, endMany };
};

it("remembers gone sessions for as long as an answer could still bring one back, however much ends meanwhile", () => {
  const { clock, store, end, endMany } = openStore();
  end("first");
  endMany("a");
  clock.now = 9 * minute;
  endMany("b");
  store.forget();
  expect(store.isGone("first")).toBe(true);
  // Its row was read before the end, and a change of it arrives behind the end.
  store.take({ type: "session.changed", session: sampleSessionRow("first") });
  const page = { sessions: [sampleSessionRow("first")], total: 1, stats: noStats };
  expect(changeSessionPages([page], store.changesSince(0), {})[0]?.sessions).toEqual([]);
});

it("forgets the oldest gone sessions, so that a page that stays open does not grow", () => {
  const { clock, store, end, endMany } = openStore();
  end("first");
  endMany("a");
  clock.now = 11 * minute;
  end("last");
  store.forget();
  expect(store.isGone("first")).toBe(false);
  expect(store.isGone("last")).toBe(true);
  const known = Array.from({ length: many }, (_, index) => store.isGone(`a${index}`)).filter(Boolean);
  expect(known.length).toBeLessThanOrEqual(20_000);
});

it("never forgets that a shown session is gone", () => {
  const { clock, store, end, endMany } = openStore();
  end("shown");
  const [letGo, letGoToo] = [store.keep("shown"), store.keep("shown")];
  letGo();
  endMany("a");
  clock.now = 11 * minute;
  store.forget();
  expect(store.isGone("shown")).toBe(true);
  letGoToo();
  store.forget();
  expect(store.isGone("shown")).toBe(true);
  endMany("b");
  clock.now = 22 * minute;
  store.forget();
  expect(store.isGone("shown")).toBe(false);
});

const noStats = { totalSessions: 0, activeSessions: 0, expiredSessions: 0 };
