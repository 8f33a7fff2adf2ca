import { once } from "node:events";
import { errorTable } from "@adjourn/router";
import { io } from "socket.io-client";
import { WebSocket } from "ws";
import { eventsPath } from "./subscribing.js";
import { kindOf, restWire } from "./wires.js";

/** Where a caller puts what lets them in. */
export type Place = "bearer" | "x-api-key" | "address" | "params";

/** Calls an operation, and says with which status it was answered; a stream that begins is 200. */
export interface Caller extends AsyncDisposable {
  status(operation: string, input: Record<string, unknown>): Promise<number>;
}

export interface Endpoint {
  readonly endpoint: string;
  readonly places: readonly Place[];
  readonly serves: (operation: string) => boolean;
  open(url: string, credential: string | null, place: Place): Promise<Caller>;
}

const headersFor = (credential: string | null, place: Place): Record<string, string> => {
  if (credential === null) return {};
  if (place === "bearer") return { Authorization: `Bearer ${credential}` };
  return place === "x-api-key" ? { "X-API-KEY": credential } : {};
};

const withTicket = (address: string, credential: string | null, place: Place): string =>
  credential === null || place !== "address"
    ? address
    : `${address}${address.includes("?") ? "&" : "?"}ticket=${encodeURIComponent(credential)}`;

const dispose = async () => {};

const rest: Endpoint = {
  endpoint: "REST",
  places: ["bearer", "x-api-key", "address"],
  serves: (operation) => kindOf(operation) !== "subscription",
  open: async (url, credential, place) => {
    const headers = headersFor(credential, place);
    const ticket = place === "address" && credential !== null ? credential : undefined;
    const wire = restWire(url, { headers, ticket });
    return {
      status: async (operation, input) => (await wire.call(operation, input)).status,
      [Symbol.asyncDispose]: dispose,
    };
  },
};

const trpcHttp: Endpoint = {
  endpoint: "tRPC over HTTP",
  places: ["bearer", "x-api-key", "address", "params"],
  serves: () => true,
  open: async (url, credential, place) => ({
    status: async (operation, input) => {
      const kind = kindOf(operation);
      const query = kind === "mutation" ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
      const address = withTicket(`${url}/trpc/${operation}${query}`, credential, place);
      const params =
        place === "params" && credential !== null
          ? `${address.includes("?") ? "&" : "?"}connectionParams=${encodeURIComponent(JSON.stringify({ token: credential }))}`
          : "";
      const leave = new AbortController();
      const response = await fetch(`${address}${params}`, {
        method: kind === "mutation" ? "POST" : "GET",
        headers: { ...headersFor(credential, place), "Content-Type": "application/json" },
        ...(kind === "mutation" ? { body: JSON.stringify(input) } : {}),
        signal: leave.signal,
      });
      const status = kind === "subscription" && response.ok ? await firstOfStream(response) : response.status;
      leave.abort();
      return status;
    },
    [Symbol.asyncDispose]: dispose,
  }),
};

/** A subscription over HTTP gets a refusal in its stream. */
const firstOfStream = async (response: Response): Promise<number> => {
  let text = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const refused = /^event: serialized-error\ndata: .*?"httpStatus":(\d+)/m.exec(text)?.[1];
    if (refused !== undefined) return Number(refused);
    if (/^data: .*"type":"(session\.started|totals)"/m.test(text)) return 200;
  }
  throw new Error(`a stream that says nothing: ${text}`);
};

const sse: Endpoint = {
  endpoint: "SSE",
  places: ["bearer", "x-api-key", "address"],
  serves: (operation) => operation === "sessionEvents",
  open: async (url, credential, place) => ({
    status: async (_, { sessionId }) => {
      const leave = new AbortController();
      const { status } = await fetch(
        withTicket(`${url}${eventsPath(String(sessionId))}`, credential, place),
        {
          headers: headersFor(credential, place),
          signal: leave.signal,
        },
      );
      leave.abort();
      return status;
    },
    [Symbol.asyncDispose]: dispose,
  }),
};

interface Opened {
  readonly socket: WebSocket;
  /** The status that the upgrade was refused with, null where the socket opened. */
  readonly refused: Promise<number | null>;
}

const upgrade = (url: string, path: string, headers: Record<string, string>): Opened => {
  const socket = new WebSocket(`${url.replace("http", "ws")}${path}`, { headers });
  socket.on("error", () => {});
  const refused = new Promise<number | null>((resolve) => {
    socket.once("open", () => resolve(null));
    socket.once("unexpected-response", (request, response) => {
      request.destroy();
      resolve(response.statusCode ?? 0);
    });
  });
  return { socket, refused };
};

const plainSocket: Endpoint = {
  endpoint: "plain WebSocket",
  places: ["bearer", "x-api-key", "address"],
  serves: (operation) => operation === "sessionEvents",
  open: async (url, credential, place) => ({
    status: async (_, { sessionId }) => {
      const path = withTicket(eventsPath(String(sessionId)), credential, place);
      const { socket, refused } = upgrade(url, path, headersFor(credential, place));
      const received = once(socket, "message").then(() => 200);
      // The close code says that the session is gone.
      const closed = once(socket, "close").then(([code]) => Number(code) - 4_000);
      for (const either of [received, closed]) either.catch(() => {});
      const status = (await refused) ?? (await Promise.race([received, closed]));
      socket.terminate();
      return status;
    },
    [Symbol.asyncDispose]: dispose,
  }),
};

const trpcSocket: Endpoint = {
  endpoint: "tRPC over WebSocket",
  places: ["bearer", "x-api-key", "address", "params"],
  serves: () => true,
  open: async (url, credential, place) => {
    const path = place === "params" ? "/trpc?connectionParams=1" : withTicket("/trpc", credential, place);
    const opened = upgrade(url, path, headersFor(credential, place));
    const status = await opened.refused;
    if (status !== null) return { status: async () => status, [Symbol.asyncDispose]: dispose };
    const { socket } = opened;
    const answers = new Map<number | null, (status: number) => void>();
    let refused: number | null = null;
    socket.on("message", (data) => {
      const { id, error } = JSON.parse(String(data));
      if (id === null) refused = error.data.httpStatus;
      answers.get(id)?.(error?.data.httpStatus ?? 200);
      if (refused !== null) for (const answer of answers.values()) answer(refused);
    });
    if (place === "params") {
      const data = credential === null ? {} : { token: credential };
      socket.send(JSON.stringify({ method: "connectionParams", data }));
    }
    let calls = 0;
    return {
      status: (operation, input) =>
        new Promise((resolve) => {
          if (refused !== null) return resolve(refused);
          const id = ++calls;
          answers.set(id, (status) => {
            answers.delete(id);
            if (kindOf(operation) === "subscription")
              socket.send(JSON.stringify({ id, method: "subscription.stop" }));
            resolve(status);
          });
          socket.send(JSON.stringify({ id, method: kindOf(operation), params: { path: operation, input } }));
        }),
      [Symbol.asyncDispose]: async () => socket.terminate(),
    };
  },
};

/** The events of a join or a send that was accepted. */
const accepted: Readonly<Record<string, readonly [event: string, answer: string]>> = {
  sessionEvents: ["1", "room_joined"],
  sendSessionMessage: ["2", "messageAck"],
};

const statusOf = (code: unknown): number =>
  Object.entries(errorTable).find(([known]) => known === code)?.[1].status ?? 0;

/** The server must be started with `SOCKET_IO=on`. */
const socketIo: Endpoint = {
  endpoint: "Socket.IO",
  places: ["bearer", "x-api-key", "address", "params"],
  serves: (operation) => Object.hasOwn(accepted, operation),
  open: async (url, credential, place) => {
    const socket = io(url, {
      transports: ["websocket"],
      forceNew: true,
      reconnection: false,
      extraHeaders: headersFor(credential, place),
      ...(place === "address" && credential !== null ? { query: { ticket: credential } } : {}),
      ...(place === "params" && credential !== null ? { auth: { token: credential } } : {}),
    });
    const refused = await new Promise<number | null>((resolve) => {
      socket.once("connect", () => resolve(null));
      socket.once("connect_error", (error: Error & { data?: { code?: unknown } }) =>
        resolve(statusOf(error.data?.code)),
      );
    });
    return {
      status: async (operation, { sessionId, content }) => {
        const [event, answer] = accepted[operation] ?? [];
        if (refused !== null || event === undefined || answer === undefined) return refused ?? 0;
        return new Promise<number>((resolve) => {
          socket.once(answer, () => resolve(200));
          socket.once("messageError", ({ code }) => resolve(statusOf(code)));
          socket.emit(event, { roomId: sessionId, message: content });
        });
      },
      [Symbol.asyncDispose]: async () => void socket.disconnect(),
    };
  },
};

/** Every endpoint. */
export const endpoints: readonly Endpoint[] = [rest, trpcHttp, sse, trpcSocket, plainSocket, socketIo];
