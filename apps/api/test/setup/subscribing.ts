import type { AppRouter } from "@adjourn/router";
import type { SessionEvent } from "@adjourn/sessions";
import { createTRPCClient, httpSubscriptionLink, TRPCClientError, type TRPCLink, wsLink } from "@trpc/client";
import { EventSource } from "eventsource";
import { WebSocket } from "ws";
import { until } from "./test-server.js";
import { openTrpcSocket } from "./wires.js";

/** How a listener's connection came to its end, brought to one form. */
export type Gone =
  | { readonly how: "ended" }
  /** `paths`: the fields that a `VALIDATION_ERROR` names. */
  | { readonly how: "refused"; readonly code: string; readonly paths?: readonly string[] | undefined }
  | { readonly how: "lost"; readonly why: string };

export interface Received extends AsyncDisposable {
  readonly events: SessionEvent[];
  readonly over: Promise<Gone>;
  leave(): void;
}

export interface ListenOptions {
  readonly lastEventId?: string | undefined;
  /** A ticket, where keys are in use. */
  readonly ticket?: string | undefined;
}

export interface ListenerWire {
  readonly wire: string;
  listen(url: string, sessionId: string, options?: ListenOptions): Received;
}

/** Everything received on one connection, and its close. */
const recorder = (leave: () => void) => {
  let finish: (over: Gone) => void = () => {};
  const over = new Promise<Gone>((resolve) => {
    finish = resolve;
  });
  const events: SessionEvent[] = [];
  const received: Received = { events, over, leave, [Symbol.asyncDispose]: async () => leave() };
  return { received, finish, onEvent: (event: SessionEvent) => void events.push(event) };
};

interface Refusal {
  readonly code: string;
  readonly details?: { readonly issues?: readonly { readonly path: string }[] };
}

const refusal = ({ code, details }: Refusal): Gone => ({
  how: "refused",
  code,
  paths: details?.issues?.map(({ path }) => path),
});

const overTrpc = (
  link: TRPCLink<AppRouter>,
  close: () => void,
  sessionId: string,
  { lastEventId }: ListenOptions,
): Received => {
  const client = createTRPCClient<AppRouter>({ links: [link] });
  const { received, finish, onEvent } = recorder(() => {
    subscription.unsubscribe();
    close();
  });
  const subscription = client.sessionEvents.subscribe(
    { sessionId, lastEventId },
    {
      onData: ({ data }) => onEvent(data as SessionEvent),
      onComplete: () => finish({ how: "ended" }),
      onError: (error) => {
        if (error instanceof TRPCClientError && error.data?.session) finish(refusal(error.data.session));
        else finish({ how: "lost", why: String(error) });
      },
    },
  );
  return received;
};

const trpcWs: ListenerWire = {
  wire: "tRPC over WebSocket",
  listen: (url, sessionId, options = {}) => {
    const { ticket } = options;
    const params = { sessionId, ...(ticket === undefined ? {} : { token: ticket }) };
    const socket = openTrpcSocket(url, params);
    return overTrpc(wsLink({ client: socket }), () => void socket.close(), sessionId, options);
  },
};

const trpcSse: ListenerWire = {
  wire: "tRPC over SSE",
  listen: (url, sessionId, options = {}) => {
    const { ticket } = options;
    const link = httpSubscriptionLink<AppRouter, typeof EventSource>({
      url: `${url}/trpc`,
      EventSource,
      ...(ticket === undefined ? {} : { connectionParams: { token: ticket } }),
    });
    return overTrpc(link, () => {}, sessionId, options);
  },
};

const queryOf = ({ lastEventId, ticket }: ListenOptions): string => {
  const query = new URLSearchParams();
  if (lastEventId !== undefined) query.set("lastEventId", lastEventId);
  if (ticket !== undefined) query.set("ticket", ticket);
  return query.size === 0 ? "" : `?${query}`;
};

export const eventsPath = (sessionId: string, options: ListenOptions = {}): string =>
  `/api/messaging/sessions/${encodeURIComponent(sessionId)}/events${queryOf(options)}`;

const closeCodes: Readonly<Record<number, string>> = { 4404: "SESSION_NOT_FOUND", 4410: "SESSION_EXPIRED" };

export const plainWs: ListenerWire = {
  wire: "plain WebSocket",
  listen: (url, sessionId, options = {}) => {
    const socket = new WebSocket(`${url.replace("http", "ws")}${eventsPath(sessionId, options)}`);
    const { received, finish, onEvent } = recorder(() => socket.terminate());
    socket.on("message", (data) => onEvent(JSON.parse(String(data))));
    socket.on("unexpected-response", (request, response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => {
        request.destroy();
        finish(refusal(JSON.parse(text)));
      });
    });
    socket.on("error", () => {});
    socket.on("close", (code, reason) => {
      const code4 = closeCodes[code];
      if (received.events.length > 0 && code === 4410 && String(reason) === "session ended")
        finish({ how: "ended" });
      else if (code4 !== undefined) finish({ how: "refused", code: code4 });
      else finish({ how: "lost", why: `${code}` });
    });
    return received;
  },
};

const plainSse: ListenerWire = {
  wire: "SSE",
  listen: (url, sessionId, options = {}) => {
    const abort = new AbortController();
    const { received, finish, onEvent } = recorder(() => abort.abort());
    const read = async () => {
      const response = await fetch(`${url}${eventsPath(sessionId, options)}`, { signal: abort.signal });
      if (!response.ok || !response.body) return finish(refusal((await response.json()) as Refusal));
      let text = "";
      for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        const blocks = text.split("\n\n");
        text = blocks.pop() ?? "";
        for (const block of blocks) {
          const data = /^data: (.*)$/m.exec(block)?.[1];
          if (data !== undefined) onEvent(JSON.parse(data));
        }
      }
      finish({ how: "ended" });
    };
    read().catch((error: unknown) => finish({ how: "lost", why: String(error) }));
    return received;
  },
};

/** Every wire a listener can be on, for `describe.each`. */
export const listenerWires: readonly ListenerWire[] = [trpcWs, trpcSse, plainWs, plainSse];

export const hasReceived = (received: Received, type: SessionEvent["type"], count = 1): Promise<void> =>
  until(() => received.events.filter((event) => event.type === type).length >= count);
