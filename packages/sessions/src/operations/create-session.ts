import type { ServiceContext } from "../context.js";
import { channelInUse, channelNotFound, SessionError } from "../model/errors.js";
import { withoutIds } from "../model/metadata-ids.js";
import { type Session, toIso } from "../model/session.js";
import { parseTimeoutConfig, resolveTimeoutConfig } from "../model/timeout-policy.js";
import type { IdempotencyKey, SessionDraft } from "../ports/index.js";
import type { Inputs, Outputs } from "../schemas/index.js";
import { toRow } from "./list-sessions.js";

type Input = Inputs["createSession"];

/** @throws SessionError `INVALID_TIMEOUT_CONFIG`, `AGENT_NOT_FOUND`, `CHANNEL_NOT_FOUND`, `CHANNEL_IN_USE`, `IDEMPOTENCY_KEY_REUSED` */
export const createSession = async (
  context: ServiceContext,
  input: Input,
): Promise<Outputs["createSession"]> => {
  const idempotency = await idempotencyOf(input);
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
      context.feed.created(toRow(created.session, context.store.now(), []));
      return answer(created.session);
    case "repeated":
      return answer(created.session);
    case "key_reused":
      throw new SessionError("IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used with another body", {
        idempotencyKey: input.idempotencyKey,
      });
    case "channel_not_found":
      throw channelNotFound(channelId);
    case "channel_in_use":
      throw channelInUse(channelId);
  }
};

/** The parts of a session that depend on the configuration. */
type Configured = Pick<SessionDraft, "agentId" | "timeoutConfig">;

/** Stores the agent's id as configured, since a filter by agent compares ids exactly. */
const configure = ({ agents, settings: { timeouts } }: ServiceContext, input: Input): Configured => {
  const agent = agents.get(input.agentId);
  const named = parseTimeoutConfig(input.timeoutConfig, timeouts.limits);
  const timeoutConfig = resolveTimeoutConfig(named, agent?.timeoutConfig ?? {}, timeouts.defaults);
  if (!agent) throw new SessionError("AGENT_NOT_FOUND", "Agent not found", { agentId: input.agentId });
  return { agentId: agent.id, timeoutConfig };
};

const idempotencyOf = async ({ idempotencyKey, ...asked }: Input): Promise<IdempotencyKey | null> =>
  idempotencyKey === undefined ? null : { key: idempotencyKey, fingerprint: await hash(canonical(asked)) };

/** JSON that does not depend on the order of keys. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

const hash = async (text: string): Promise<string> => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
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
