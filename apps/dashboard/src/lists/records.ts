import type { Ending, Message, RouterOutputs, SessionEvent, SessionInfo, SessionRow } from "@adjourn/client";

export type { Ending, Message, SessionEvent, SessionInfo, SessionRow };
export type SessionPage = RouterOutputs["listSessions"];
export type EndingPage = RouterOutputs["listEndings"];
export type EndingCause = Ending["cause"];
export type TimeoutConfig = SessionInfo["timeoutConfig"];

/** What a list is narrowed down to; absent fields narrow nothing. */
export interface ListFilter {
  readonly agentId?: string | undefined;
  readonly userId?: string | undefined;
  /** Matches the start of any id, without regard to case. */
  readonly search?: string | undefined;
  readonly cause?: EndingCause | undefined;
}

interface Ids {
  readonly sessionId: string;
  readonly channelId: string;
  readonly agentId: string;
  readonly userId: string;
  readonly cause?: EndingCause;
}

/** The API's own rule, for what arrives live. */
export const matchesFilter = (filter: ListFilter, item: Ids): boolean => {
  const { agentId, userId, search, cause } = filter;
  const sameId = (wanted: string | undefined, id: string) =>
    !wanted || wanted.toLowerCase() === id.toLowerCase();
  if (!sameId(agentId, item.agentId) || !sameId(userId, item.userId)) return false;
  if (cause && cause !== item.cause) return false;
  if (!search) return true;
  const start = search.toLowerCase();
  return [item.sessionId, item.channelId, item.agentId, item.userId].some((id) =>
    id.toLowerCase().startsWith(start),
  );
};

/** The session that a message belongs to: its channel may have had several. */
export const sessionOf = ({ metadata }: Pick<Message, "metadata">): string =>
  String(metadata.sessionId ?? "");

/** The first eight characters of an id, for display. */
export const shortId = (id: string): string => (id.length > 8 ? id.slice(0, 8) : id);
