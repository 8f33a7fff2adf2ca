import type { Domain } from "./domain.js";
import { decodeCursor, encodeCursor } from "./page-cursor.js";
import type { Held } from "./ports.js";
import type { Inputs, Outputs, SessionRow } from "./schemas.js";
import { type Session, toSessionInfo } from "./session.js";

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
  return {
    sessions: await toRows(domain, page.sessions),
    total: page.total,
    stats: { totalSessions: active + expired, activeSessions: active, expiredSessions: expired },
    ...(page.next ? { nextCursor: encodeCursor(page.next) } : {}),
  };
};

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
