import { createFakeClock, createInMemorySessionStore } from "@adjourn/testkit";
import { describe, expect, it } from "vitest";
import type { SessionStore } from "./ports/session-store.js";
import { createStoreProbe, probeKeptMs } from "./store-probe.js";

/** A store whose pings the test counts and answers. */
const openStore = () => {
  const clock = createFakeClock();
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const store: SessionStore = {
    ...createInMemorySessionStore({ clock }),
    ping: () => new Promise((resolve, reject) => waiting.push({ resolve, reject })),
  };
  return { clock, waiting, probe: createStoreProbe({ store, clock }) };
};

describe("the store's probe", () => {
  it("sends one ping for all concurrent calls", async () => {
    const { waiting, probe } = openStore();
    const answers = Array.from({ length: 1_000 }, () => probe());
    expect(waiting).toHaveLength(1);
    waiting[0]?.resolve();
    expect(new Set(await Promise.all(answers))).toEqual(new Set(["ok"]));
  });

  it("keeps an answer for half a second, also a failure", async () => {
    const { clock, waiting, probe } = openStore();
    const first = probe();
    waiting[0]?.reject(new Error("away"));
    expect(await first).toBe("down");
    await clock.advance(probeKeptMs - 1);
    expect(await probe()).toBe("down");
    expect(waiting).toHaveLength(1);
    await clock.advance(1);
    const second = probe();
    waiting[1]?.resolve();
    expect(await second).toBe("ok");
  });

  it("sends no second ping to a store that does not answer", async () => {
    const { clock, waiting, probe } = openStore();
    const answers = [probe()];
    await clock.advance(60_000);
    answers.push(probe());
    expect(waiting).toHaveLength(1);
    waiting[0]?.resolve();
    expect(await Promise.all(answers)).toEqual(["ok", "ok"]);
  });
});
