import type { SessionEvent } from "@adjourn/sessions";
import { WebSocket } from "ws";
import { eventsPath } from "../../setup/subscribing.js";

/** A listener that comes back with its last id for as long as its session lives, as a good client does. */
export interface ResumingListener extends AsyncDisposable {
  /** Every `message` received, repeats included. */
  readonly messageIds: readonly string[];
  /** How it learned that the session is over: from the event, or by being refused when it came back. */
  readonly over: Promise<"ended" | "refused">;
  /** Times that a connection was lost while the session lived. */
  readonly returns: number;
  /** Resolves with the first event of the first connection. */
  readonly started: Promise<void>;
}

const returnAfterMs = 50;

export const listenResuming = (url: string, sessionId: string): ResumingListener => {
  const messageIds: string[] = [];
  let socket: WebSocket;
  let lastEventId: string | undefined;
  let returns = 0;
  let isStopping = false;
  let finish: (how: "ended" | "refused") => void = () => {};
  const over = new Promise<"ended" | "refused">((resolve) => {
    finish = resolve;
  });
  let begin: () => void = () => {};
  const started = new Promise<void>((resolve) => {
    begin = resolve;
  });

  const onEvent = (event: SessionEvent): void => {
    lastEventId = event.id;
    begin();
    if (event.type === "message") messageIds.push(event.message.id);
    if (event.type === "session.ended") finish("ended");
  };
  const connect = (): void => {
    socket = new WebSocket(`${url.replace("http", "ws")}${eventsPath(sessionId, { lastEventId })}`);
    socket.on("message", (data) => onEvent(JSON.parse(String(data))));
    socket.on("error", () => {});
    socket.on("close", (code) => {
      if (code === 4404 || code === 4410) return finish("refused");
      if (isStopping) return;
      returns += 1;
      setTimeout(connect, returnAfterMs);
    });
  };
  connect();
  return {
    messageIds,
    over,
    started,
    get returns() {
      return returns;
    },
    async [Symbol.asyncDispose]() {
      isStopping = true;
      socket.terminate();
    },
  };
};
