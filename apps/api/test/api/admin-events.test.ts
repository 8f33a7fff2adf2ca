import type { AppRouter } from "@adjourn/router";
import type { AdminEvent } from "@adjourn/sessions";
import { createTRPCClient, httpSubscriptionLink, type TRPCLink, wsLink } from "@trpc/client";
import { EventSource } from "eventsource";
import { describe, expect, it } from "vitest";
import { adminKey, serviceKey, startTestServer, until } from "../setup/test-server.js";
import { createSession, openTrpcSocket, restWire } from "../setup/wires.js";

interface Watch {
  readonly events: AdminEvent[];
  readonly errors: unknown[];
  stop(): void;
}

const watch = (link: TRPCLink<AppRouter>, close: () => void): Watch => {
  const events: AdminEvent[] = [];
  const errors: unknown[] = [];
  const client = createTRPCClient<AppRouter>({ links: [link] });
  const subscription = client.adminEvents.subscribe(undefined, {
    onData: (event) => void events.push(event as AdminEvent),
    onError: (error) => void errors.push(error.data?.session.code),
  });
  const stop = () => {
    subscription.unsubscribe();
    close();
  };
  return { events, errors, stop };
};

const overWs = (url: string, token?: string): Watch => {
  const socket = openTrpcSocket(url, token === undefined ? undefined : { token });
  return watch(wsLink({ client: socket }), () => void socket.close());
};

const overSse = (url: string): Watch =>
  watch(httpSubscriptionLink<AppRouter, typeof EventSource>({ url: `${url}/trpc`, EventSource }), () => {});

const untilActive = (watching: Watch, activeSessions: number): Promise<void> =>
  until(() => {
    const totals = watching.events.findLast(({ type }) => type === "totals");
    return totals?.type === "totals" && totals.activeSessions === activeSessions;
  });

describe.each([
  { wire: "WebSocket", open: overWs },
  { wire: "SSE", open: overSse },
])("an admin over tRPC's $wire", ({ open }) => {
  it("receives the totals first, then each session's creation, changes and end", async () => {
    await using server = await startTestServer();
    const wire = restWire(server.url);
    const watching = open(server.url);
    await until(() => watching.events.length > 0);
    expect(watching.events[0]).toMatchObject({ type: "totals", activeSessions: 0 });
    const { sessionId } = await createSession(wire);
    await until(() => watching.events.some(({ type }) => type === "session.created"));
    await untilActive(watching, 1);
    await wire.call("sendSessionMessage", { sessionId, content: "hello", transport: "http" });
    await until(() =>
      watching.events.some((event) => event.type === "session.changed" && event.session.messageCount === 2),
    );
    await wire.call("endSession", { sessionId, reason: "enough" });
    await until(() => watching.events.some(({ type }) => type === "session.ended"));
    expect(watching.events.find(({ type }) => type === "session.ended")).toMatchObject({
      ending: { sessionId, cause: "requested", reason: "enough", endedBy: "anonymous" },
    });
    await untilActive(watching, 0);
    watching.stop();
  });

  it("may leave while nothing happens, and return", async () => {
    await using server = await startTestServer();
    for (let round = 0; round < 3; round += 1) {
      const watching = open(server.url);
      await until(() => watching.events.length > 0);
      watching.stop();
    }
    const watching = open(server.url);
    await until(() => watching.events.length > 0);
    watching.stop();
  });
});

it("only an admin receives admin events", async () => {
  await using server = await startTestServer({
    ADJOURN_ADMIN_KEY: adminKey,
    ADJOURN_SERVICE_KEY: serviceKey,
  });
  const watching = overWs(server.url, serviceKey);
  await until(() => watching.errors.length > 0);
  expect(watching.errors).toEqual(["FORBIDDEN"]);
  expect(watching.events).toEqual([]);
  watching.stop();
});
