import type { AppRouter } from "@adjourn/router";
import { createTRPCClient, wsLink } from "@trpc/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databases } from "../setup/databases.js";
import { adminKey, serviceKey, type TestServer, until } from "../setup/test-server.js";
import { createSession, openTrpcSocket, restWire, type Wire } from "../setup/wires.js";

const keys = { ADJOURN_ADMIN_KEY: `root:${adminKey}`, ADJOURN_SERVICE_KEY: serviceKey };

describe.each(databases)("an observer on $name", ({ skip, start }) => {
  let server: TestServer;
  let admin: Wire;
  beforeAll(async () => {
    if (skip) return;
    server = await start(keys);
    admin = restWire(server.url, { key: adminKey });
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const subscribe = (key: string, sessionId: string, observe: unknown) => {
    const seen: { types: string[]; code: string | null; isStopped: boolean } = {
      types: [],
      code: null,
      isStopped: false,
    };
    const socket = openTrpcSocket(server.url, { token: key });
    const client = createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] });
    // A wrong value on purpose is none that the type allows.
    const input = { sessionId, observe: observe as boolean | undefined };
    client.sessionEvents.subscribe(input, {
      onData: ({ data }) => seen.types.push(data.type),
      onError: ({ data }) => {
        seen.code = data?.session.code ?? "?";
      },
      onComplete: () => {
        seen.isStopped = true;
      },
    });
    return { seen, [Symbol.asyncDispose]: () => socket.close() };
  };
  const listenersOf = async (sessionId: string) => {
    const { body } = await admin.call("listSessions", { search: sessionId });
    return (body.sessions as { listeners: number }[])[0]?.listeners;
  };

  it.skipIf(skip)("is no listener, in the list or in the ending, and is dropped like one", async () => {
    const { sessionId } = await createSession(admin);
    await using watching = subscribe(adminKey, sessionId, true);
    await using listening = subscribe(adminKey, sessionId, false);
    await until(() => watching.seen.types.length > 0 && listening.seen.types.length > 0);
    expect(await listenersOf(sessionId)).toBe(1);
    await admin.call("endSession", { sessionId });
    await until(() => watching.seen.isStopped && listening.seen.isStopped);
    expect(watching.seen.types).toEqual(["session.started", "session.ended"]);
    await until(async () => {
      const { body } = await admin.call("getEnding", { sessionId });
      return body.listenersDropped === 1;
    });
    const from = new Date(Date.now() - 60_000).toISOString();
    const { body } = await admin.call("getStatistics", { from });
    expect(body.dropLatency).toMatchObject({ listeners: 1 });
  });

  it.skipIf(skip)("is an admin: a service key and a session's token are refused", async () => {
    const { sessionId, token } = await createSession(admin);
    for (const key of [serviceKey, String(token)]) {
      await using refused = subscribe(key, sessionId, true);
      await until(() => refused.seen.code !== null);
      expect(refused.seen.code).toBe("FORBIDDEN");
      await using accepted = subscribe(key, sessionId, false);
      await until(() => accepted.seen.types.length > 0);
    }
    await using invalid = subscribe(adminKey, sessionId, "yes");
    await until(() => invalid.seen.code !== null);
    expect(invalid.seen.code).toBe("VALIDATION_ERROR");
  });
});
