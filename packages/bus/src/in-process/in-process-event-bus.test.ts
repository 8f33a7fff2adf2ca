import { describeEventBus } from "@adjourn/testkit";
import { expect, test } from "vitest";
import { createInProcessEventBus } from "./in-process-event-bus.js";
import { createNoPresence } from "./no-presence.js";

describeEventBus("the bus in one process", async () => {
  const bus = createInProcessEventBus();
  return { bus, other: bus, close: () => bus.close() };
});

test("a single process has no remote presence", async () => {
  const presence = createNoPresence();
  presence.report("session", { listeners: 1, replies: [] });
  expect(await presence.remote(["session"])).toEqual(new Map());
});
