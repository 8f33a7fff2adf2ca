import { createTestService, RecordingSink } from "@adjourn/testkit";
import { expect, it } from "vitest";

const caller = { endedBy: "anonymous", actor: null } as const;

it.each(["carries the end", "loses the end"])(
  "a node that holds nothing else of the session calls the watcher, if the bus %s",
  async (how) => {
    const { sessions, otherNode, bus, create, clock } = createTestService();
    const { sessionId } = await create();
    let ends = 0;
    await otherNode.watchEnd({ sessionId }, () => {
      ends += 1;
    });
    if (how === "loses the end") bus.publish = () => {};
    await sessions.endSession({ sessionId }, caller);
    await clock.advance(how === "loses the end" ? 2_000 : 0);
    expect(ends).toBe(1);
    expect(otherNode.localTotals().sessions).toBe(0);
  },
);

it("a watcher that has left is not called, and nothing is held for it", async () => {
  const { sessions, create } = createTestService();
  const { sessionId } = await create();
  let ends = 0;
  const { leave } = await sessions.watchEnd({ sessionId }, () => {
    ends += 1;
  });
  expect(sessions.localTotals().sessions).toBe(1);
  leave();
  leave();
  expect(sessions.localTotals().sessions).toBe(0);
  await sessions.endSession({ sessionId }, caller);
  expect(ends).toBe(0);
});

it("an end while a watcher is added refuses it", async () => {
  const { sessions, create } = createTestService();
  const { sessionId } = await create();
  let ends = 0;
  const watching = sessions.watchEnd({ sessionId }, () => {
    ends += 1;
  });
  await Promise.all([
    sessions.endSession({ sessionId }, caller),
    expect(watching).rejects.toMatchObject({ code: "SESSION_NOT_FOUND" }),
  ]);
  expect(ends).toBe(0);
  expect(sessions.localTotals().sessions).toBe(0);
});

it("tokens of a session have at most 50 subscribers on a node, and do not limit those with a key", async () => {
  const { sessions, create, clock } = createTestService();
  const { sessionId } = await create();
  const listen = (credential: "key" | "token") => {
    const sink = new RecordingSink();
    return sessions.sessionEvents({ sessionId }, sink, credential);
  };
  for (let count = 0; count < 60; count += 1) await listen("key");
  const [first] = await Promise.all(Array.from({ length: 50 }, () => listen("token")));
  await expect(listen("token")).rejects.toMatchObject({ code: "RATE_LIMITED", details: { limit: 50 } });
  await listen("key");
  first?.leave();
  await listen("token");
  await expect(listen("token")).rejects.toMatchObject({ code: "RATE_LIMITED" });
  await clock.advance(0);
});
