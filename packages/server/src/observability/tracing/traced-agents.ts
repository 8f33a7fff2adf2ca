import {
  type Agent,
  type AgentDirectory,
  type AgentTurn,
  type ReplyEnd,
  SessionError,
} from "@adjourn/sessions";
import { type Span, SpanKind } from "@opentelemetry/api";
import { withMethod } from "../wrap-methods.js";
import { noteError, type Spans } from "./spans.js";

/** Agents that are called over the network. */
const remoteKinds = new Set(["openai", "webhook"]);

/** Wraps the agents to record each reply that one of them writes. Nothing of its text is recorded. */
export const traceAgents = (agents: AgentDirectory, spans: Spans): AgentDirectory => {
  const traced = new WeakMap<Agent, Agent>();
  const wrap = (agent: Agent): Agent => {
    const reply: Agent["reply"] = (turn) => tracedReply(agent, turn, spans);
    return withMethod(agent, "reply", reply);
  };
  const find = (agent: Agent | undefined): Agent | undefined => {
    if (!agent) return undefined;
    const found = traced.get(agent) ?? wrap(agent);
    traced.set(agent, found);
    return found;
  };
  return { get: (agentId) => find(agents.get(agentId)), list: () => agents.list() };
};

async function* tracedReply(agent: Agent, turn: AgentTurn, spans: Spans): AsyncGenerator<string | ReplyEnd> {
  const span = spans.start("invoke_agent", {
    kind: remoteKinds.has(agent.kind) ? SpanKind.CLIENT : SpanKind.INTERNAL,
    attributes: {
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.provider.name": agent.kind,
      "gen_ai.agent.id": agent.id,
      "gen_ai.agent.name": agent.name,
      "gen_ai.conversation.id": turn.sessionId,
    },
  });
  // An agent may ignore the signal, and nothing waits for it then.
  const aborted = () => {
    noteAbort(span, turn.signal.reason);
    span.end();
  };
  turn.signal.addEventListener("abort", aborted, { once: true });
  let end: ReplyEnd = {};
  try {
    for await (const part of agent.reply(turn)) {
      if (typeof part !== "string") end = { ...end, ...part };
      yield part;
    }
    if (span.isRecording()) noteEnd(span, end);
  } catch (error) {
    if (span.isRecording()) noteError(span, error);
    throw error;
  } finally {
    turn.signal.removeEventListener("abort", aborted);
    if (span.isRecording()) span.end();
  }
}

const noteAbort = (span: Span, reason: unknown): void => {
  if (reason instanceof SessionError) noteError(span, reason);
  else span.setAttribute("error.type", "aborted");
};

const noteEnd = (span: Span, { finishReason = "stop", usage }: ReplyEnd): void => {
  span.setAttribute("gen_ai.response.finish_reasons", [finishReason]);
  if (!usage) return;
  span.setAttribute("gen_ai.usage.input_tokens", usage.inputTokens);
  span.setAttribute("gen_ai.usage.output_tokens", usage.outputTokens);
};
