import type { ServiceContext } from "../../context.js";
import { userBlocked } from "../../model/block.js";
import { channelInUse, channelNotFound, idempotencyKeyReused, SessionError } from "../../model/errors.js";
import { withoutIds } from "../../model/metadata-ids.js";
import { type Session, toIso } from "../../model/session.js";
import { parseTimeoutConfig, resolveTimeoutConfig } from "../../model/timeout-policy.js";
import type { SessionDraft } from "../../ports/index.js";
import type { Inputs, Outputs } from "../../schemas/index.js";
import { toIdempotencyKey } from "../messages/idempotency-key.js";
import { toRows } from "./list-sessions.js";

type Input = Inputs["createSession"];

/** @throws SessionError `INVALID_TIMEOUT_CONFIG`, `AGENT_NOT_FOUND`, `USER_BLOCKED`, `CHANNEL_NOT_FOUND`, `CHANNEL_IN_USE`, `IDEMPOTENCY_KEY_REUSED` */
export const createSession = async (
  context: ServiceContext,
  input: Input,
): Promise<Outputs["createSession"]> => {
  const { idempotencyKey, ...request } = input;
  const idempotency = await toIdempotencyKey(idempotencyKey, request);
  let configured: Configured;
  try {
    configured = configure(context, input);
  } catch (refusal) {
    // A retry gets its first answer even if agents or limits have changed since.
    const earlier = idempotency && (await context.store.readCreated(idempotency));
    if (earlier) return answer(earlier);
    throw refusal;
  }
  const sessionId = context.newId();
  const channelId = input.channelId ?? context.newId();
  const draft = {
    sessionId,
    channelId,
    continues: input.channelId !== undefined,
    ...configured,
    userId: input.userId,
    metadata: withoutIds(input.metadata ?? {}),
  };
  const created = await context.store.createSession(draft, idempotency);
  switch (created.outcome) {
    case "created":
      await announceCreated(context, created.session);
      return answer(created.session);
    case "repeated":
      return answer(created.session);
    case "key_reused":
      throw idempotencyKeyReused(idempotencyKey ?? "");
    case "user_blocked":
      throw userBlocked(created.block);
    case "channel_not_found":
      throw channelNotFound(channelId);
    case "channel_in_use":
      throw channelInUse(channelId);
  }
};

/** Only a continued channel has a last message to read. The session is there even if that fails. */
const announceCreated = async (context: ServiceContext, session: Session): Promise<void> => {
  try {
    for (const row of await toRows(context, [session])) context.feed.created(row);
  } catch (cause) {
    context.log.warn("A created session could not be announced to admins", { cause: String(cause) });
  }
};

/** The parts of a session that depend on the configuration. */
type Configured = Pick<SessionDraft, "agentId" | "timeoutConfig">;

/** Stores the agent's id as configured, whichever case the caller uses. */
const configure = ({ agents, settings: { timeouts } }: ServiceContext, input: Input): Configured => {
  const agent = agents.get(input.agentId);
  const named = parseTimeoutConfig(input.timeoutConfig, timeouts.limits);
  const timeoutConfig = resolveTimeoutConfig(named, agent?.timeoutConfig ?? {}, timeouts.defaults);
  if (!agent) throw new SessionError("AGENT_NOT_FOUND", "Agent not found", { agentId: input.agentId });
  return { agentId: agent.id, timeoutConfig };
};

const answer = (session: Session): Outputs["createSession"] => ({
  sessionId: session.sessionId,
  channelId: session.channelId,
  agentId: session.agentId,
  userId: session.userId,
  createdAt: toIso(session.createdAt),
  expiresAt: toIso(session.expiresAt),
  timeoutConfig: session.timeoutConfig,
  metadata: session.metadata,
});
