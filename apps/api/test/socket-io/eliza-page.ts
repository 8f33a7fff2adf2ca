import { randomUUID } from "node:crypto";
import { io, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import { until } from "../setup/test-server.js";

type Payload = Record<string, unknown>;

export interface ElizaPage extends Disposable {
  readonly socket: Socket;
  readonly entityId: string;
  /** The payloads of an event so far. */
  received(event: string): Payload[];
  hasReceived(event: string, count?: number): Promise<Payload>;
  /** The events since the page was opened, by name. */
  readonly order: readonly string[];
  /** Why the page was disconnected, each time. */
  readonly disconnects: readonly string[];
  readonly connects: () => number;
  join(roomId: string): void;
  /** @returns the client's own id of the message */
  send(roomId: string, text: string, fields?: Payload): string;
}

/** As the published ElizaOS page does it: what it sends and when it connects again. */
export const openPage = (
  url: string,
  auth: Payload = {},
  options: Partial<ManagerOptions & SocketOptions> = {},
): ElizaPage => {
  const entityId = randomUUID();
  const socket = io(url, { auth: { entityId, ...auth }, reconnectionDelay: 20, forceNew: true, ...options });
  const events: { readonly event: string; readonly payload: Payload }[] = [];
  const disconnects: string[] = [];
  let connects = 0;
  socket.on("connect", () => {
    connects += 1;
  });
  socket.onAny((event: string, payload: Payload) => events.push({ event, payload }));
  socket.on("disconnect", (reason) => {
    disconnects.push(reason);
    if (reason === "io server disconnect") socket.connect();
  });
  const received = (name: string) =>
    events.filter(({ event }) => event === name).map(({ payload }) => payload);
  return {
    socket,
    entityId,
    received,
    hasReceived: async (name, count = 1) => {
      await until(() => received(name).length >= count);
      return received(name)[count - 1] ?? {};
    },
    get order() {
      return events.map(({ event }) => event);
    },
    disconnects,
    connects: () => connects,
    join: (roomId) =>
      void socket.emit("message", { type: 1, payload: { channelId: roomId, roomId, entityId } }),
    send: (roomId, message, fields = {}) => {
      const messageId = randomUUID();
      const server = "00000000-0000-0000-0000-000000000000";
      const sender = {
        senderId: entityId,
        senderName: "Ada",
        messageServerId: server,
        source: "client_chat",
      };
      const payload = {
        ...sender,
        message,
        channelId: roomId,
        roomId,
        messageId,
        attachments: [],
        ...fields,
      };
      socket.emit("message", { type: 2, payload });
      return messageId;
    },
    [Symbol.dispose]: () => void socket.disconnect(),
  };
};

/** The code of the refusal with which a page is not let in. */
export const refusalOf = async (page: ElizaPage): Promise<{ message: string; code: unknown }> =>
  new Promise((resolve, reject) => {
    page.socket.once("connect", () => reject(new Error("it was let in")));
    page.socket.once("connect_error", (error: Error & { data?: { code?: unknown } }) =>
      resolve({ message: error.message, code: error.data?.code }),
    );
  });
