import { expect } from "vitest";
import { type Heard, hasHeard, listenerWires } from "../setup/subscribing.js";
import { typewriterId, until } from "../setup/test-server.js";
import { type Answer, createSession, type Wire } from "../setup/wires.js";
import type { ClusterNode } from "./node-process.js";

export interface Ids {
  readonly sessionId: string;
  readonly channelId: string;
}

/** A session whose agent is still at its first word when the test is over. */
export const createSlowSession = (wire: Wire): Promise<Ids> => createSession(wire, { agentId: typewriterId });

/** One listener a wire, each of which has heard that it is in. */
export const listenOnAllWires = async (node: ClusterNode, sessionId: string): Promise<readonly Heard[]> => {
  const heard = listenerWires.map(({ listen }) => listen(node.url, sessionId));
  for (const one of heard) await hasHeard(one, "session.started");
  return heard;
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
  // Who looks at it later than it fails must not end the process.
  answer.catch(() => {});
  await until(async () => (await readContents(node.rest, channelId)).length > before);
  return { answer };
};

/** Everything that is stored, oldest first. */
export const readContents = async (wire: Wire, channelId: string): Promise<readonly string[]> => {
  const { body } = await wire.call("getChannelMessages", { channelId, limit: 100 });
  return (body.messages as { content: string }[]).map(({ content }) => content).reverse();
};

export const expectDropped = async (heard: readonly Heard[], cause = "requested"): Promise<void> => {
  for (const one of heard) {
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
