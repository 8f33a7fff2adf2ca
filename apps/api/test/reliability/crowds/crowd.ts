import { get } from "node:http";
import type { SessionEvent } from "@adjourn/sessions";
import { WebSocket } from "ws";
import { eventsPath } from "../../setup/subscribing.js";
import { readSseEvents } from "./read-sse-events.js";

/** One listener of many, on a connection of its own. */
export interface Member {
  /** Resolves with its first event. */
  readonly started: Promise<void>;
  /** Everything it received before its connection closed, and why it closed. */
  readonly over: Promise<{ readonly types: readonly string[]; readonly how: string }>;
}

export interface CrowdWire {
  readonly wire: string;
  /** How a connection is over that its session's end has closed. */
  readonly ended: string;
  join(url: string, sessionId: string): Member;
}

const newMember = () => {
  const types: string[] = [];
  let start: () => void = () => {};
  let finish: (over: { types: string[]; how: string }) => void = () => {};
  const started = new Promise<void>((resolve) => {
    start = resolve;
  });
  const over = new Promise<{ types: string[]; how: string }>((resolve) => {
    finish = resolve;
  });
  const onEvent = ({ type }: Pick<SessionEvent, "type">) => {
    types.push(type);
    start();
  };
  return { member: { started, over }, onEvent, close: (how: string) => finish({ types, how }) };
};

const plain: CrowdWire = {
  wire: "plain WebSocket",
  ended: "4410 session ended",
  join: (url, sessionId) => {
    const { member, onEvent, close } = newMember();
    const socket = new WebSocket(`${url.replace("http", "ws")}${eventsPath(sessionId)}`);
    socket.on("message", (data) => onEvent(JSON.parse(String(data))));
    socket.on("error", () => {});
    socket.on("close", (code, reason) => close(`${code} ${reason}`));
    return member;
  },
};

const trpc: CrowdWire = {
  wire: "tRPC over WebSocket",
  ended: "stopped, then 4410 session ended",
  join: (url, sessionId) => {
    const { member, onEvent, close } = newMember();
    const socket = new WebSocket(`${url.replace("http", "ws")}/trpc?connectionParams=1`);
    let isStopped = false;
    socket.on("open", () => {
      socket.send(JSON.stringify({ method: "connectionParams", data: { sessionId } }));
      const params = { path: "sessionEvents", input: { sessionId } };
      socket.send(JSON.stringify({ id: 1, method: "subscription", params }));
    });
    socket.on("message", (data) => {
      const { result } = JSON.parse(String(data));
      if (result?.type === "data") onEvent(result.data.data);
      if (result?.type === "stopped") isStopped = true;
    });
    socket.on("error", () => {});
    socket.on("close", (code, reason) => close(`${isStopped ? "stopped, then " : ""}${code} ${reason}`));
    return member;
  },
};

const sse: CrowdWire = {
  wire: "SSE",
  ended: "end of the response",
  join: (url, sessionId) => {
    const { member, onEvent, close } = newMember();
    const request = get(`${url}${eventsPath(sessionId)}`, { agent: false }, (response) => {
      readSseEvents(response, onEvent);
      response.on("end", () => close("end of the response"));
      response.on("error", (error) => close(String(error)));
    });
    request.on("error", (error) => close(String(error)));
    return member;
  },
};

export const crowdWires: readonly CrowdWire[] = [plain, trpc, sse];

/** Runs `work` for each item, so many at a time: a backlog of connections is the kernel's limit, not ours. */
export const inTurns = async <Item, Result>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<Result>,
  atOnce = 50,
): Promise<Result[]> => {
  const results: Result[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) {
      // `index` is below the length.
      results[index] = await work(items[index] as Item, index);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
};
