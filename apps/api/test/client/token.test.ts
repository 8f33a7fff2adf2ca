import { createClient, type SessionEvent, sessionErrorOf } from "@adjourn/client";
import { expect, it } from "vitest";
import { WebSocket } from "ws";
import { openTcpGate } from "../cluster/setup/tcp-gate.js";
import { adminKey, startTestServer, until } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";
import { openClient } from "./client-setup.js";

const keys = { ADJOURN_ADMIN_KEY: adminKey };

it("a subscription whose token is refused continues with a new one after its last event", async () => {
  await using first = await startTestServer(keys);
  await using gate = await openTcpGate(first.url);
  const wire = restWire(first.url, { key: adminKey });
  const { sessionId } = await createSession(wire);
  const given: boolean[] = [];
  let kept = adminKey;
  const client = createClient({
    url: gate.url,
    WebSocket,
    token: ({ wasRefused }) => {
      given.push(wasRefused);
      if (wasRefused) kept = adminKey;
      return kept;
    },
  });
  const contents: string[] = [];
  let started = 0;
  const failed = new Promise((_, reject) => {
    client.trpc.sessionEvents.subscribe(
      { sessionId },
      {
        onData: ({ data }: { data: SessionEvent }) => {
          if (data.type === "session.started") started += 1;
          if (data.type === "message" && !data.message.isAgent) contents.push(data.message.content);
        },
        onError: reject,
      },
    );
  });
  failed.catch(() => {});
  const say = (content: string) => wire.call("sendSessionMessage", { sessionId, content, transport: "http" });
  await until(() => started === 1);
  await say("before");
  await until(() => contents.length === 1);
  // The ticket that it had has run out by the time the connection breaks.
  kept = "a-ticket-that-has-run-out";
  gate.refuse();
  await say("meanwhile");
  gate.open();
  await Promise.race([until(() => started === 2), failed]);
  await say("after");
  await until(() => contents.length === 3);
  expect(contents).toEqual(["before", "meanwhile", "after"]);
  expect(given).toContain(true);
  await client.close();
});

it("a subscription whose tokens are all refused fails with the server's error", async () => {
  await using server = await startTestServer(keys);
  const { sessionId } = await createSession(restWire(server.url, { key: adminKey }));
  for (const token of ["a-wrong-key-that-is-a-string", () => "a-wrong-key-of-a-function"]) {
    const client = createClient({ url: server.url, WebSocket, token });
    const error = await new Promise((resolve) => {
      client.trpc.sessionEvents.subscribe({ sessionId }, { onError: resolve });
    });
    expect(sessionErrorOf(error)?.code).toBe("UNAUTHORIZED");
    await client.close();
  }
});

it("a send whose ticket has expired is repeated with a new one", async () => {
  await using server = await startTestServer(keys);
  const { sessionId } = await createSession(restWire(server.url, { key: adminKey }));
  const given: boolean[] = [];
  const token = ({ wasRefused }: { readonly wasRefused: boolean }) => {
    given.push(wasRefused);
    return wasRefused ? adminKey : "a-ticket-that-has-run-out";
  };
  await using client = openClient(server.url, { token });
  expect(await client.session(sessionId).send("hello")).toMatchObject({ content: "hello" });
  expect(given).toEqual([false, true]);
  await using stubborn = openClient(server.url, { token: () => "a-ticket-that-has-run-out" });
  await expect(stubborn.session(sessionId).send("hello")).rejects.toMatchObject({ code: "UNAUTHORIZED" });
});
