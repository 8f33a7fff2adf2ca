import type { ServiceContext } from "../../context.js";
import { type Session, toIso, toSessionInfo } from "../../model/session.js";
import { decodeCursor, encodeCursor } from "../../paging/page-cursor.js";
import { jsonItemBytes, rowsWithinBytes } from "../../paging/rows-within-bytes.js";
import type { LastMessage, PresenceRecord, SessionStore } from "../../ports/index.js";
import { readListenedIds } from "../../realtime/read-listeners.js";
import { type Inputs, limits, type Outputs, type SessionRow } from "../../schemas/index.js";
import { toListFilter } from "./list-filter.js";

/**
 * Live sessions, newest or soonest to expire first, with the subscribers and replies of all nodes.
 * @throws SessionError `VALIDATION_ERROR` for a malformed cursor, or one of another list or order
 */
export const listSessions = async (
  context: ServiceContext,
  { limit, cursor, sort = "createdAt", activity, ...input }: Inputs["listSessions"],
): Promise<Outputs["listSessions"]> => {
  const after = decodeCursor(cursor, `sessions.${sort}`);
  const filter = {
    ...toListFilter(input),
    isReplying: activity === "replying" || undefined,
    sessionIds: activity === "listened" ? await readListenedIds(context) : undefined,
  };
  const page = await context.store.listSessions(filter, { limit, after, sort });
  const { active, expired } = page.stats;
  const rows = await toRows(context, page.sessions);
  // Measuring costs as much as serialising, and few lists come near the limit.
  const mayExceed = rows.length * largestRowBytes > limits.listBytes;
  const sessions = mayExceed ? rowsWithinBytes(rows, limits.listBytes, jsonItemBytes) : rows;
  const last = page.sessions[sessions.length - 1];
  const next = last && sessions.length < rows.length ? { time: last[sort], id: last.sessionId } : page.next;
  return {
    sessions: [...sessions],
    total: page.total,
    stats: { totalSessions: active + expired, activeSessions: active, expiredSessions: expired },
    ...(next ? { nextCursor: encodeCursor(next, `sessions.${sort}`) } : {}),
  };
};

/** Metadata takes at most 10 KiB of it. */
const largestRowBytes = 16 * 1_024;

export const toRows = async (
  context: ServiceContext,
  sessions: readonly Session[],
): Promise<SessionRow[]> => {
  const [remotes, last] = await Promise.all([
    context.presence.remote(sessions.map(({ sessionId }) => sessionId)),
    readLastMessages(context.store, sessions),
  ]);
  const now = context.store.now();
  return sessions.map((session) => {
    const local = context.hub.presenceOf(session.sessionId);
    const remote = remotes.get(session.sessionId);
    const records = remote ? [local, remote] : [local];
    return toRow(session, now, records, last.get(session.channelId) ?? null);
  });
};

/** The newest messages of these sessions' channels; most new sessions have none, and cost no read. */
const readLastMessages = async (
  store: SessionStore,
  sessions: readonly Session[],
): Promise<ReadonlyMap<string, LastMessage>> => {
  const channelIds = sessions.flatMap(({ channelId, lastSeq }) => (lastSeq > 0 ? [channelId] : []));
  return channelIds.length > 0 ? store.readLastMessages(channelIds) : new Map();
};

/** Ends within no surrogate pair. */
const preview = (content: string): string => {
  const cut = content.slice(0, limits.previewCharacters);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
};

/** `records` are those of this node and of all others together. */
const toRow = (
  session: Session,
  now: number,
  records: readonly PresenceRecord[],
  last: LastMessage | null,
): SessionRow => ({
  ...toSessionInfo(session, now),
  messageCount: session.messageCount,
  listeners: records.reduce((sum, { listeners }) => sum + listeners, 0),
  pendingOperations: records.reduce((sum, { replies }) => sum + replies.length, 0),
  lastMessage: last && {
    content: preview(last.content),
    isAgent: last.isAgent,
    createdAt: toIso(last.createdAt),
  },
});
