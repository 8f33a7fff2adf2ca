import { get } from "node:http";
import type { AppRouter } from "@adjourn/router";
import type { SessionEvent } from "@adjourn/sessions";
import { createTRPCClient, wsLink } from "@trpc/client";
import { WebSocket } from "ws";
import { eventsPath } from "../../setup/subscribing.js";
import { openTrpcSocket } from "../../setup/wires.js";
import { readSseEvents } from "./read-sse-events.js";

/** A subscriber that reconnects with its last id whenever its connection is lost, until it receives the end. */
export interface ReturningListener extends AsyncDisposable {
  readonly events: readonly SessionEvent[];
  /** How often it has connected. */
  readonly connections: number;
  /** Resolves once it has received `session.ended` and is dropped; rejects if it was refused. */
  readonly over: Promise<void>;
}

export interface ReturningWire {
  readonly wire: string;
  listen(url: string, sessionId: string): ReturningListener;
}

const retryAfterMs = 10;

interface Connection {
  readonly gone: Promise<"lost" | "refused">;
  leave(): void;
}

/** One connection from its last id on, which reports each event. */
type Connect = (lastEventId: string | undefined, onEvent: (event: SessionEvent) => void) => Connection;

const returning = (connectOnce: Connect): ReturningListener => {
  const events: SessionEvent[] = [];
  let current: Connection | null = null;
  let hasLeft = false;
  let connections = 0;
  const run = async (): Promise<void> => {
    while (events.at(-1)?.type !== "session.ended") {
      connections += 1;
      current = connectOnce(events.at(-1)?.id, (event) => events.push(event));
      const how = await current.gone;
      if (hasLeft) return;
      if (how === "refused") throw new Error(`refused after ${events.length} events`);
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
    }
  };
  return {
    events,
    get connections() {
      return connections;
    },
    over: run(),
    [Symbol.asyncDispose]: async () => {
      hasLeft = true;
      current?.leave();
    },
  };
};

const plain: ReturningWire = {
  wire: "plain WebSocket",
  listen: (url, sessionId) =>
    returning((lastEventId, onEvent) => {
      const address = `${url.replace("http", "ws")}${eventsPath(sessionId, { lastEventId })}`;
      const socket = new WebSocket(address);
      socket.on("message", (data) => onEvent(JSON.parse(String(data))));
      socket.on("error", () => {});
      const gone = new Promise<"lost" | "refused">((resolve) => {
        socket.on("close", (code) => resolve(code === 4404 ? "refused" : "lost"));
        socket.on("unexpected-response", () => resolve("refused"));
      });
      return { gone, leave: () => socket.terminate() };
    }),
};

const sse: ReturningWire = {
  wire: "SSE",
  listen: (url, sessionId) =>
    returning((lastEventId, onEvent) => {
      const headers = lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId };
      const request = get(`${url}${eventsPath(sessionId)}`, { agent: false, headers });
      const gone = new Promise<"lost" | "refused">((resolve) => {
        request.on("response", (response) => {
          if (response.statusCode !== 200) resolve("refused");
          readSseEvents(response, onEvent);
          response.on("error", () => resolve("lost")).on("close", () => resolve("lost"));
        });
        request.on("error", () => resolve("lost"));
      });
      return { gone, leave: () => request.destroy() };
    }),
};

/** The client as tRPC publishes it: it comes back and resumes by itself. */
const stockTrpc: ReturningWire = {
  wire: "a stock tRPC client",
  listen: (url, sessionId) => {
    const events: SessionEvent[] = [];
    let connections = 0;
    const socket = openTrpcSocket(url, undefined, true);
    const client = createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] });
    let unsubscribe = () => {};
    const over = new Promise<void>((resolve, reject) => {
      const subscription = client.sessionEvents.subscribe(
        { sessionId },
        {
          // What comes over the wire is JSON, which the event's type is made of.
          onData: ({ data }) => void events.push(data as SessionEvent),
          onStarted: () => {
            connections += 1;
          },
          onComplete: resolve,
          onError: reject,
        },
      );
      unsubscribe = () => subscription.unsubscribe();
    });
    return {
      events,
      get connections() {
        return connections;
      },
      over,
      [Symbol.asyncDispose]: async () => {
        unsubscribe();
        await socket.close();
      },
    };
  },
};

export const returningWires: readonly ReturningWire[] = [stockTrpc, plain, sse];
