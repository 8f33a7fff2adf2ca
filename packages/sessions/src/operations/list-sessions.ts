import type { ServiceContext } from "../context.js";
import { type Session, toSessionInfo } from "../model/session.js";
import { decodeCursor, encodeCursor } from "../paging/page-cursor.js";
import { jsonBytes, rowsWithinBytes } from "../paging/rows-within-bytes.js";
import type { PagePosition, PresenceRecord } from "../ports/index.js";
import { type Inputs, limits, type Outputs, type SessionRow } from "../schemas/index.js";

/** Live sessions, newest first, with the subscribers and replies of all nodes. */
export const listSessions = async (
  context: ServiceContext,
  { agentId, userId, search, limit, cursor }: Inputs["listSessions"],
): Promise<Outputs["listSessions"]> => {
  const page = await context.store.listSessions(
    { agentId, userId, search },
    { limit, after: decodeCursor(cursor) },
  );
  const { active, expired } = page.stats;
  const rows = await toRows(context, page.sessions);
  // Measuring costs as much as serialising, and few lists come near the limit.
  const mayExceed = rows.length * largestRowBytes > limits.listBytes;
  const sessions = mayExceed ? rowsWithinBytes(rows, limits.listBytes, jsonBytes) : rows;
  const last = page.sessions[sessions.length - 1];
  const next = last && sessions.length < rows.length ? positionOf(last) : page.next;
  return {
    sessions: [...sessions],
    total: page.total,
    stats: { totalSessions: active + expired, activeSessions: active, expiredSessions: expired },
    ...(next ? { nextCursor: encodeCursor(next) } : {}),
  };
};

/** Metadata takes at most 10 KiB of it. */
const largestRowBytes = 16 * 1_024;

const positionOf = ({ createdAt, sessionId }: Session): PagePosition => ({ time: createdAt, id: sessionId });

export const toRows = async (
  context: ServiceContext,
  sessions: readonly Session[],
): Promise<SessionRow[]> => {
  const remote = await context.presence.remote(sessions.map(({ sessionId }) => sessionId));
  const now = context.store.now();
  return sessions.map((session) => {
    const here = context.hub.presenceOf(session.sessionId);
    const there = remote.get(session.sessionId);
    return toRow(session, now, there ? [here, there] : [here]);
  });
};

/** `records` has one entry for each node that holds something of the session. */
export const toRow = (session: Session, now: number, records: readonly PresenceRecord[]): SessionRow => ({
  ...toSessionInfo(session, now),
  messageCount: session.messageCount,
  listeners: records.reduce((sum, { listeners }) => sum + listeners, 0),
  pendingOperations: records.reduce((sum, { replies }) => sum + replies.length, 0),
});
