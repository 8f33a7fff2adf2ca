import type { Domain } from "./domain.js";
import { decodeCursor, encodeCursor } from "./page-cursor.js";
import type { Held, PagePosition } from "./ports.js";
import { type Inputs, limits, type Outputs, type SessionRow } from "./schemas.js";
import { type Session, toSessionInfo } from "./session.js";
import { jsonBytes, takeWithin } from "./take-within.js";

/** Live sessions, newest first, each with what is held of it on all nodes. */
export const listSessions = async (
  domain: Domain,
  { agentId, userId, search, limit, cursor }: Inputs["listSessions"],
): Promise<Outputs["listSessions"]> => {
  const page = await domain.store.listSessions(
    { agentId, userId, search },
    { limit, after: decodeCursor(cursor) },
  );
  const { active, expired } = page.stats;
  const rows = await toRows(domain, page.sessions);
  // Measuring is as dear as writing, and few lists come near the bound.
  const mayExceed = rows.length * largestRowBytes > limits.listBytes;
  const sessions = mayExceed ? takeWithin(rows, limits.listBytes, jsonBytes) : rows;
  const last = page.sessions[sessions.length - 1];
  const next = last && sessions.length < rows.length ? positionOf(last) : page.next;
  return {
    sessions: [...sessions],
    total: page.total,
    stats: { totalSessions: active + expired, activeSessions: active, expiredSessions: expired },
    ...(next ? { nextCursor: encodeCursor(next) } : {}),
  };
};

/** Metadata is 10 KiB at most. */
const largestRowBytes = 16 * 1_024;

const positionOf = ({ createdAt, sessionId }: Session): PagePosition => ({ time: createdAt, id: sessionId });

export const toRows = async (domain: Domain, sessions: readonly Session[]): Promise<SessionRow[]> => {
  const elsewhere = await domain.presence.elsewhere(sessions.map(({ sessionId }) => sessionId));
  const now = domain.store.now();
  return sessions.map((session) => {
    const here = domain.hub.heldOf(session.sessionId);
    const there = elsewhere.get(session.sessionId);
    return toRow(session, now, there ? [here, there] : [here]);
  });
};

/** `held` of all nodes, each that holds something. */
export const toRow = (session: Session, now: number, held: readonly Held[]): SessionRow => ({
  ...toSessionInfo(session, now),
  messageCount: session.messageCount,
  listeners: held.reduce((sum, { listeners }) => sum + listeners, 0),
  pendingOperations: held.reduce((sum, { replies }) => sum + replies.length, 0),
});
