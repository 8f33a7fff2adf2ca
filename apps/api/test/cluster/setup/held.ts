import { expect } from "vitest";
import { hasReceived, listenerWires, type Received } from "../../setup/subscribing.js";
import { typewriterId, until } from "../../setup/test-server.js";
import { type Answer, createSession, type Wire } from "../../setup/wires.js";
import type { ClusterNode } from "./node-process.js";

export interface Ids {
  readonly sessionId: string;
  readonly channelId: string;
}

/** A session whose agent is still at its first word when the test is over. */
export const createSlowSession = (wire: Wire): Promise<Ids> => createSession(wire, { agentId: typewriterId });

/** One subscriber per wire, each of which has received `session.started`. */
export const listenOnAllWires = async (
  node: ClusterNode,
  sessionId: string,
): Promise<readonly Received[]> => {
  const received = listenerWires.map(({ listen }) => listen(node.url, sessionId));
  for (const one of received) await hasReceived(one, "session.started");
  return received;
};

/** A caller who waits for a whole reply; resolves as soon as its message is stored, with what it will be answered. */
export const waitForReply = async (
  node: ClusterNode,
  { sessionId, channelId }: Ids,
): Promise<{ answer: Promise<Answer> }> => {
  const before = (await readContents(node.rest, channelId)).length;
  const answer = node.rest.call("sendSessionMessage", {
    sessionId,
    content: "a b c",
    metadata: { delayMs: 60_000 },
    transport: "http",
  });
  // An early failure must not be an unhandled rejection.
  answer.catch(() => {});
  await until(async () => (await readContents(node.rest, channelId)).length > before);
  return { answer };
};

/** Everything that is stored, oldest first. */
export const readContents = async (wire: Wire, channelId: string): Promise<readonly string[]> => {
  const { body } = await wire.call("getChannelMessages", { channelId, limit: 100 });
  return (body.messages as { content: string }[]).map(({ content }) => content).reverse();
};

export const expectDropped = async (received: readonly Received[], cause = "requested"): Promise<void> => {
  for (const one of received) {
    expect(await one.over).toEqual({ how: "ended" });
    expect(one.events.filter(({ type }) => type === "session.ended")).toHaveLength(1);
    expect(one.events.at(-1)).toMatchObject({ type: "session.ended", cause });
  }
};

export const readEnding = async (
  wire: Wire,
  sessionId: string,
): Promise<Record<string, unknown> | undefined> => {
  const { body } = await wire.call("listEndings", { search: sessionId });
  return (body.endings as Record<string, unknown>[])[0];
};

export const readRow = async (
  wire: Wire,
  sessionId: string,
): Promise<{ listeners: number; pendingOperations: number } | undefined> => {
  const { body } = await wire.call("listSessions", { search: sessionId });
  return (body.sessions as { listeners: number; pendingOperations: number }[])[0];
};
