import type { SessionEvent } from "@adjourn/sessions";
import { ScriptedAgent, type ScriptedReply, scriptedAgentId } from "@adjourn/testkit";
import { hasReceived, listenerWires, plainWs, type Received } from "../setup/subscribing.js";
import { startTestServer } from "../setup/test-server.js";
import { type Answer, createSession, restWire, type Wire } from "../setup/wires.js";

/** A server whose agent's replies the test writes. */
export interface ScriptedServer extends AsyncDisposable {
  readonly url: string;
  readonly agent: ScriptedAgent;
}

export const startScriptedServer = async (env: NodeJS.ProcessEnv = {}): Promise<ScriptedServer> => {
  const agent = new ScriptedAgent();
  const server = await startTestServer(env, { agents: { get: () => agent, list: () => [agent] } });
  return { url: server.url, agent, [Symbol.asyncDispose]: server[Symbol.asyncDispose] };
};

/** A session with a listener on every wire, and a reply in flight that the test writes. */
export interface HeldReply extends AsyncDisposable {
  readonly sessionId: string;
  readonly wire: Wire;
  readonly listeners: readonly Received[];
  readonly turn: ScriptedReply;
  readonly userMessageId: string;
  readonly replyId: string;
  /** What the sender of the message is answered, who waits for the reply. */
  readonly answer: Promise<Answer>;
  /** The last event of each listener, once all have received one of this type. */
  receivedByAll(type: SessionEvent["type"], count?: number): Promise<readonly (SessionEvent | undefined)[]>;
  /** The contents in the order in which they were stored. */
  stored(): Promise<readonly string[]>;
}

type Open = (url: string) => Wire;

/** `text` is what the agent has said so far, if anything. */
export const startHeldReply = async (
  { url, agent }: ScriptedServer,
  open: Open = restWire,
  text = "half a",
): Promise<HeldReply> => {
  const wire = open(url);
  const { sessionId } = await createSession(wire, { agentId: scriptedAgentId });
  const listeners = listenerWires.map(({ listen }) => listen(url, sessionId));
  const receivedByAll: HeldReply["receivedByAll"] = async (type, count = 1) => {
    await Promise.all(listeners.map((listener) => hasReceived(listener, type, count)));
    return listeners.map(({ events }) => events.filter((event) => event.type === type).at(-1));
  };
  await receivedByAll("session.started");
  const answer = wire.call("sendSessionMessage", { sessionId, content: "question", transport: "http" });
  const turn = await agent.nextTurn();
  if (text !== "") {
    turn.say(text);
    await receivedByAll("message.delta");
  }
  const { messageId, inReplyTo } = await pendingReply(url, sessionId);
  return {
    sessionId,
    wire,
    listeners,
    turn,
    userMessageId: inReplyTo,
    replyId: messageId,
    answer,
    receivedByAll,
    stored: () => contentsOf(wire, sessionId),
    [Symbol.asyncDispose]: async () => {
      for (const listener of listeners) listener.leave();
      // What is still in flight ends with it; some tests have ended it before.
      await wire.call("endSession", { sessionId });
      await answer;
      await wire[Symbol.asyncDispose]();
    },
  };
};

/** The contents in the order in which they were stored. */
export const contentsOf = async (wire: Wire, sessionId: string): Promise<readonly string[]> => {
  const { body } = await wire.call("getSessionMessages", { sessionId });
  return (body.messages as { content: string }[]).map(({ content }) => content).reverse();
};

const pendingReply = async (url: string, sessionId: string) => {
  await using listener = plainWs.listen(url, sessionId);
  await hasReceived(listener, "session.started");
  const [started] = listener.events;
  const reply = started?.type === "session.started" ? started.pendingReplies[0] : undefined;
  if (!reply) throw new Error("no reply is in flight");
  return reply;
};
