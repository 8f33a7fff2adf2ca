import type { Ending, Message, RouterOutputs, SessionEvent, SessionInfo, SessionRow } from "@adjourn/client";

export type { Ending, Message, SessionEvent, SessionInfo, SessionRow };
export type SessionPage = RouterOutputs["listSessions"];
export type EndingPage = RouterOutputs["listEndings"];
export type Block = RouterOutputs["listBlocks"]["blocks"][number];
export type Delivery = RouterOutputs["listWebhookDeliveries"]["deliveries"][number];
export type EndingCause = Ending["cause"];
export type TimeoutConfig = SessionInfo["timeoutConfig"];

/** What a list is narrowed down to; absent fields narrow nothing. */
export interface ListFilter {
  readonly agentId?: string | undefined;
  /** A whole id or its beginning. */
  readonly userId?: string | undefined;
  /** Matches the start of any id, without regard to case. */
  readonly search?: string | undefined;
  /** Words of the conversation or of the metadata. */
  readonly q?: string | undefined;
  readonly sort?: "createdAt" | "expiresAt" | undefined;
  readonly cause?: EndingCause | undefined;
}

const wholeId = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const startOfId = /^[\da-f][\da-f-]{0,35}$/i;

export const isWholeId = (text: string): boolean => wholeId.test(text);

/** Whether an id may begin with this text. */
export const isStartOfId = (text: string): boolean => startOfId.test(text);

/** A user filter that is only the beginning of an id. */
const userStart = ({ userId }: ListFilter): string | undefined =>
  userId && !isWholeId(userId) && isStartOfId(userId) ? userId.toLowerCase() : undefined;

/** The filter as the API takes it: it knows the beginning of an id as `search` only. */
export const toListInput = (filter: ListFilter): Omit<ListFilter, "sort"> => {
  const { sort: _, ...input } = filter;
  const start = userStart(filter);
  return start === undefined ? input : { ...input, userId: undefined, search: start };
};

/** Whether a row that the API listed for {@link toListInput} matches the parts that the input could not express. */
export const matchesUserStart = (filter: ListFilter, item: Ids): boolean =>
  userStart(filter) === undefined || (matchesUser(filter, item.userId) && matchesSearch(filter.search, item));

const matchesUser = (filter: ListFilter, userId: string): boolean => {
  const start = userStart(filter);
  return start === undefined
    ? !filter.userId || filter.userId.toLowerCase() === userId.toLowerCase()
    : userId.toLowerCase().startsWith(start);
};

const matchesSearch = (search: string | undefined, item: Ids): boolean => {
  if (!search) return true;
  const start = search.toLowerCase();
  return [item.sessionId, item.channelId, item.agentId, item.userId].some((id) =>
    id.toLowerCase().startsWith(start),
  );
};

interface Ids {
  readonly sessionId: string;
  readonly channelId: string;
  readonly agentId: string;
  readonly userId: string;
  readonly cause?: EndingCause;
}

/** The API's own rule, for what arrives live. What `q` matches is known to the API alone. */
export const matchesFilter = (filter: ListFilter, item: Ids): boolean => {
  const { agentId, cause, q, search } = filter;
  if (q) return false;
  if (agentId && agentId.toLowerCase() !== item.agentId.toLowerCase()) return false;
  if (cause && cause !== item.cause) return false;
  return matchesUser(filter, item.userId) && matchesSearch(search, item);
};

/** The session that a message belongs to: its channel may have had several. */
export const sessionOf = ({ metadata }: Pick<Message, "metadata">): string =>
  String(metadata.sessionId ?? "");

/** The first eight characters of an id, for display. */
export const shortId = (id: string): string => (id.length > 8 ? id.slice(0, 8) : id);
