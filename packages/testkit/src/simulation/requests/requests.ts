import type { Inputs, SessionService } from "@adjourn/sessions";
import {
  type ErrorCode,
  hasExpired,
  SessionError,
  type SessionInfo,
  StoreUnavailableError,
  toIso,
  toMessageInfo,
} from "@adjourn/sessions";
import { Violation } from "../model.js";
import type { SimulatedNode } from "../simulated/simulated-node.js";
import { stateOf } from "../subscriber-rules.js";
import type { World } from "../world.js";

interface AnswerChecks<T> {
  readonly ok: (result: T) => void;
  readonly refused: (error: SessionError) => void;
  /** Called before `refused`, and also for an answer 503, which the model accepts at any time. */
  readonly failed?: () => void;
}

/** Sends a request to a node, and checks the answer against the model when it arrives. */
export const ask = <T>(
  world: World,
  node: SimulatedNode,
  what: string,
  sessionId: string | null,
  run: (sessions: SessionService) => Promise<T>,
  checks: AnswerChecks<T>,
): void => {
  if (!node.isAlive) return;
  const call = { what, node, sessionId, askedAt: world.scheduler.now };
  world.calls.add(call);
  world.note(() => `${node.name} ${what}`);
  const answered = (how: string, check: () => void) => {
    world.calls.delete(call);
    world.note(() => `${node.name} ${what}: ${how}`);
    world.check(check);
  };
  run(node.sessions).then(
    (result) => answered("ok", () => checks.ok(result)),
    (error: unknown) => {
      checks.failed?.();
      if (error instanceof StoreUnavailableError) return answered("503", () => {});
      if (!(error instanceof SessionError))
        return answered(String(error), () => {
          throw new Violation("§3", `${what} failed with a defect: ${String(error)}`);
        });
      answered(error.code, () => {
        if (error.code !== "SERVICE_UNAVAILABLE") checks.refused(error);
      });
    },
  );
};

/** The code with which a operation on this session is refused now; null while the session lives. */
export const goneCode = ({ model }: World, sessionId: string): ErrorCode | null => {
  const known = model.sessions.get(sessionId);
  if (!known) return "SESSION_NOT_FOUND";
  if (model.isLive(known)) return null;
  return known.ending && !hasExpired(known.ending) ? "SESSION_NOT_FOUND" : "SESSION_EXPIRED";
};

export const checkGoneCode = (
  world: World,
  sessionId: string,
  promise: string,
  error: SessionError,
): void => {
  const due = goneCode(world, sessionId);
  if (error.code !== due)
    throw new Violation(promise, `refused with ${error.code}, where ${due ?? "nothing"} was due`);
};

/** E1, E2, E5, E11 for one call. */
export const askEnd = (world: World, node: SimulatedNode, input: Inputs["endSession"]): void => {
  const { sessionId, idempotencyKey, reason } = input;
  const isOwn = (): boolean => {
    const winner = world.winners.get(sessionId);
    if (!winner) return false;
    return (
      winner.reason === reason || (idempotencyKey !== undefined && winner.idempotencyKey === idempotencyKey)
    );
  };
  ask(world, node, `end ${sessionId.slice(0, 4)}`, sessionId, (s) => s.endSession(input, caller), {
    ok: (answer) => {
      const ending = world.model.sessions.get(sessionId)?.ending;
      if (!ending) throw new Violation("E2", "200 for an end that is not recorded");
      if (!isOwn()) throw new Violation("E1", "200 for an end that another call made");
      const isRecorded =
        answer.reason === ending.reason &&
        answer.cause === "requested" &&
        answer.endedAt === toIso(ending.endedAt);
      if (!isRecorded) throw new Violation("E11", "the answer has another ending than the one recorded");
      for (const turn of world.turns)
        if (turn.sessionId === sessionId && turn.owner === node && !turn.isFinished && !turn.signal.aborted)
          throw new Violation("E5", "a reply was still in flight when the end was answered");
    },
    refused: (error) => {
      if (error.code !== "SESSION_NOT_FOUND") throw new Violation("E1", `an end refused with ${error.code}`);
      if (goneCode(world, sessionId) === null) throw new Violation("E1", "404 for a session that lives");
      if (isOwn()) throw new Violation("E11", "404 for the call that ended it");
    },
  });
};

const caller = { endedBy: "service", actor: "simulation" } as const;

/** A bulk end: every session that matched when it was called is gone when it is answered. */
export const askEndMany = (world: World, node: SimulatedNode, filter: Inputs["endSessions"]): void => {
  const matching = [...world.model.sessions.values()].filter(
    (known) =>
      world.model.isLive(known) &&
      (filter.userId === undefined || filter.userId === known.session.userId) &&
      (filter.sessionIds === undefined || filter.sessionIds.includes(known.session.sessionId)),
  );
  ask(world, node, "end many", null, (s) => s.endSessions(filter, caller), {
    ok: ({ ended, matched }) => {
      const recorded = [...world.model.sessions.values()].filter(
        ({ ending }) => ending?.cause === "bulk" && ending.reason === filter.reason,
      ).length;
      if (ended > recorded || ended > matched)
        throw new Violation("E2", `${ended} ended, ${recorded} recorded, ${matched} matched`);
      if (!filter.dryRun && matching.some((known) => world.model.isLive(known)))
        throw new Violation("§2", "a bulk end left one that matched");
    },
    refused: (error) => {
      throw new Violation("§2", `a bulk end refused with ${error.code}`);
    },
  });
};

export interface Send {
  readonly content: string;
  readonly transport: "websocket" | "http" | "sse";
  readonly idempotencyKey?: string;
}

/** E9: the answer agrees with the channel. Contents are unique, so a message is found by its content. */
export const askSend = (
  world: World,
  node: SimulatedNode,
  sessionId: string,
  { content, transport, idempotencyKey }: Send,
): void => {
  const { channelId } = world.model.sessions.get(sessionId)?.session ?? {};
  const messages = () => world.model.channels.get(channelId ?? "") ?? [];
  const stored = () => messages().find((message) => !message.isAgent && message.content === content);
  const reply = () => messages().find(({ inReplyTo }) => inReplyTo !== null && inReplyTo === stored()?.id);
  const checks: AnswerChecks<{ id: string; replyId: string | null }> = {
    ok: ({ id, replyId }) => {
      if (stored()?.id !== id) throw new Violation("E9", "201 for a message that is not stored");
      if (transport !== "websocket" && reply()?.id !== replyId)
        throw new Violation("E9", "a reply was answered that is not stored");
    },
    refused: (error) => {
      const isCutOff = cutOffCodes.includes(error.code);
      if (!isCutOff) {
        if (error.code !== "RATE_LIMITED") checkGoneCode(world, sessionId, "E9", error);
        if (stored()) throw new Violation("E9", `${error.code}, and the message is stored`);
        return;
      }
      if (transport === "websocket") throw new Violation("E9", `${error.code} for a websocket send`);
      if (!stored()) throw new Violation("E9", `${error.code}, and the message is not stored`);
      if (reply()) throw new Violation("E9", `${error.code}, and the reply is stored`);
      if (error.code !== "SESSION_ENDED") return;
      checkEndingDetails(world, sessionId, error);
      // A retry may wait for a reply that no node runs, since the answer to the first send's write was lost.
      if (idempotencyKey === undefined) world.cutOff.set(sessionId, (world.cutOff.get(sessionId) ?? 0) + 1);
    },
  };
  const run = async (sessions: SessionService) => {
    const input = { sessionId, content, transport, idempotencyKey };
    if (transport === "sse") return readStream(sessions, input);
    const answer = await sessions.sendSessionMessage(input);
    return { id: answer.id, replyId: answer.agentResponse?.id ?? null };
  };
  ask(world, node, `send ${sessionId.slice(0, 4)} ${content} by ${transport}`, sessionId, run, checks);
};

const readStream = async (sessions: SessionService, input: Inputs["sendSessionMessage"]) => {
  const { content } = input;
  const { userMessage, chunks, reply } = await sessions.streamSessionMessage(input);
  reply.catch(() => {});
  let text = "";
  // Some callers stop reading after the first piece. Their reply continues.
  const stopsEarly = content.endsWith("7");
  let hasLeft = false;
  for await (const { chunk } of chunks) {
    text += chunk;
    hasLeft = stopsEarly;
    if (hasLeft) break;
  }
  const stored = await reply;
  if (stored.content !== text && !hasLeft)
    throw new Violation("§2", "the pieces of a reply are not the whole");
  return { id: userMessage.id, replyId: stored.id };
};

/** The errors of a send whose message is stored. */
const cutOffCodes: readonly ErrorCode[] = [
  "SESSION_ENDED",
  "AGENT_FAILED",
  "AGENT_TIMEOUT",
  "REPLY_CANCELLED",
];

const checkEndingDetails = (world: World, sessionId: string, { details }: SessionError): void => {
  const ending = world.model.sessions.get(sessionId)?.ending;
  if (!ending) throw new Violation("E9", "SESSION_ENDED of a session that has not ended");
  const isRecorded =
    details.cause === ending.cause &&
    details.reason === ending.reason &&
    details.endedAt === toIso(ending.endedAt);
  if (!isRecorded) throw new Violation("E9", "SESSION_ENDED has another ending than the one recorded");
};

/** Renewals and changes of timeout: connected subscribers of the same node must receive them. */
export const askState = (
  world: World,
  node: SimulatedNode,
  sessionId: string,
  what: "renew" | "heartbeat" | "patch" | "read",
  run: (sessions: SessionService) => Promise<SessionInfo>,
): void => {
  const connected = world.connections.filter(
    (c) => c.node === node && c.isOpen && c.client.sessionId === sessionId,
  );
  ask(world, node, `${what} ${sessionId.slice(0, 4)}`, sessionId, run, {
    ok: (session) => {
      const known = world.model.sessions.get(sessionId);
      // A concurrent message may have renewed it.
      const isAsAnswered = known && session.expiresAt === toIso(known.session.expiresAt);
      const hasRunOut = what === "patch" && session.timeRemaining === 0 && isAsAnswered;
      if (hasRunOut && world.nodes.length === 1 && !known.ending)
        throw new Violation("§2", "a timeout in the past ends nothing at once");
      const type = what === "renew" ? "session.renewed" : what === "patch" ? "session.updated" : null;
      if (type && !world.endedAt.has(sessionId))
        for (const { rules } of connected) rules.owed.add(stateOf({ type, session }));
    },
    refused: (error) => {
      if (what === "renew" && error.code === "SESSION_RENEWAL_FAILED") return;
      if (what === "patch" && error.code === "INVALID_TIMEOUT_CONFIG") return;
      checkGoneCode(world, sessionId, "E12", error);
    },
  });
};

/** E3: a read of a channel returns the stored messages, all that existed when it was called, newest first. */
export const askMessages = (world: World, node: SimulatedNode, channelId: string): void => {
  const messages = () => world.model.channels.get(channelId) ?? [];
  const storedBefore = messages().length;
  ask(world, node, "read messages", null, (s) => s.getChannelMessages({ channelId, limit: 100 }), {
    ok: ({ messages: shown, hasMore }) => {
      if (hasMore || shown.length < storedBefore)
        throw new Violation("E3", `${shown.length} of ${storedBefore} messages are shown`);
      const stored = messages().slice(0, shown.length).reverse().map(toMessageInfo);
      if (JSON.stringify(shown) !== JSON.stringify(stored))
        throw new Violation("E3", "what is shown of a channel is not what was stored");
    },
    refused: (error) => {
      throw new Violation("E3", `the messages of a channel are refused with ${error.code}`);
    },
  });
};
