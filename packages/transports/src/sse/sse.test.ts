import { once } from "node:events";
import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type EventFrame, SessionError } from "@adjourn/sessions";
import { expect, it } from "vitest";
import { subscribeOverSse } from "./sse.js";

type Enter = Parameters<typeof subscribeOverSse>[1];

/** A server whose every request listens; a refused one is a plain 404. */
const serve = async (enter: Enter, commentEveryMs?: number) => {
  const server = createServer((_, response) => {
    subscribeOverSse(response, enter, commentEveryMs).catch((error: unknown) => {
      response.writeHead(404).end(String(error));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const frame = (id: string): EventFrame => {
  const event = {
    id,
    type: "session.ended",
    sessionId: "s",
    at: "2026-01-01T00:00:00.000Z",
    cause: "requested",
    reason: null,
    endedAt: "2026-01-01T00:00:00.000Z",
  } as const;
  return { event, json: JSON.stringify(event), wireForms: new Map() };
};

it("writes id and data lines, no event line, and ends the response", async () => {
  let leave: () => void = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  await using server = await serve(async (sink) => {
    sink.end(frame("s.0.a"));
    return { leave };
  });
  const response = await fetch(server.url);
  expect(response.headers.get("Content-Type")).toContain("text/event-stream");
  expect(await response.text()).toBe(`id: s.0.a\ndata: ${frame("s.0.a").json}\n\n`);
  await left;
});

it("leaves the answer to the caller where the server drains before the first event", async () => {
  let hasLeft = false;
  await using server = await serve(async (sink) => {
    sink.drop("draining");
    return {
      leave: () => {
        hasLeft = true;
      },
    };
  });
  const response = await fetch(server.url);
  expect(response.status).toBe(404);
  expect(await response.text()).toContain("shutting down");
  expect(hasLeft).toBe(true);
});

it("leaves the answer to the caller where the listener is refused", async () => {
  await using server = await serve(async () => {
    throw new SessionError("SESSION_NOT_FOUND", "Session not found");
  });
  const response = await fetch(server.url);
  expect(response.status).toBe(404);
  expect(response.headers.get("Content-Type")).toBeNull();
});

it("sends a comment to an idle listener every so often", async () => {
  await using server = await serve(async (sink) => {
    sink.write(frame("s.0.a"));
    return { leave: () => {} };
  }, 10);
  const response = await new Promise<IncomingMessage>((resolve) => get(server.url, resolve));
  let text = "";
  for await (const chunk of response) {
    text += chunk;
    if ((text.match(/^: /gm)?.length ?? 0) >= 3) break;
  }
  expect(text).toMatch(/^id: s\.0\.a\ndata: .*\n\n(: .*\n\n){3}/);
});
