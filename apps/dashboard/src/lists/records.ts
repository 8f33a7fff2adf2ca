import type { Ending, Message, RouterOutputs, SessionEvent, SessionInfo, SessionRow } from "@adjourn/client";

export type { Ending, Message, SessionEvent, SessionInfo, SessionRow };
export type SessionPage = RouterOutputs["listSessions"] & {
  /** By the API's clock, ms: what had ended by then is not in the total. */
  readonly countedAt?: number | undefined;
};
export type EndingPage = RouterOutputs["listEndings"];
export type Block = RouterOutputs["listBlocks"]["blocks"][number];
export type Delivery = RouterOutputs["listWebhookDeliveries"]["deliveries"][number];
export type EndingCause = Ending["cause"];
export type TimeoutConfig = SessionInfo["timeoutConfig"];

export type Activity = keyof typeof activityCount;

/** What a list is narrowed down to; absent fields narrow nothing. */
export interface ListFilter {
  readonly agentId?: string | undefined;
  /** A whole id or its beginning. */
  readonly userId?: string | undefined;
  /** Matches the start of any id, without regard to case. */
  readonly search?: string | undefined;
  /** Words of the conversation or of the metadata. */
  readonly q?: string | undefined;
  /** Of live sessions: an agent is writing, or somebody listens. */
  readonly activity?: Activity | undefined;
  readonly sort?: "createdAt" | "expiresAt" | undefined;
  readonly cause?: EndingCause | undefined;
  /** The name of the key that ended the session. */
  readonly actor?: string | undefined;
  /** The first and the last day, `YYYY-MM-DD` in the reader's zone: of creation for sessions, of the end for endings. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const wholeId = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const startOfId = /^[\da-f][\da-f-]{0,35}$/i;

export const isWholeId = (text: string): boolean => wholeId.test(text);

/** Whether an id may begin with this text. */
export const isStartOfId = (text: string): boolean => startOfId.test(text);

/** A user filter that is only the beginning of an id. */
const userStart = ({ userId }: ListFilter): string | undefined =>
  userId && !isWholeId(userId) && isStartOfId(userId) ? userId.toLowerCase() : undefined;

/** When a day begins, or the one so many days later. What is no day is left to the API, which says so. */
export const startOfDay = (day: string | undefined, daysLater = 0): string | undefined => {
  if (day === undefined) return undefined;
  const date = new Date(`${day}T00:00`);
  date.setDate(date.getDate() + daysLater);
  return Number.isNaN(date.getTime()) ? day : date.toISOString();
};

/** The filter as the API takes it: it knows the beginning of an id as `search` only, and times instead of days. */
export const toListInput = (filter: ListFilter): Omit<ListFilter, "sort"> => {
  const { sort: _, ...fields } = filter;
  const input = { ...fields, from: startOfDay(filter.from), to: startOfDay(filter.to, 1) };
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
  readonly createdAt: string;
}

/** The count of a row that says whether it has the activity. */
export const activityCount = { replying: "pendingOperations", listened: "listeners" } as const;

/** What activity is judged by; an ending has neither. */
type Active = Partial<Readonly<Record<(typeof activityCount)[Activity], number>>>;

/** What a filter is compared with; an ending has the second half. */
interface Listed extends Ids, Active {
  readonly cause?: EndingCause;
  readonly actor?: string | null;
  readonly endedAt?: string;
}

/** The API's own rule, for what arrives live. What `q` matches is known to the API alone. */
export const matchesFilter = (filter: ListFilter, item: Listed): boolean => {
  const { agentId, cause, actor, q, search } = filter;
  if (q) return false;
  if (agentId && agentId.toLowerCase() !== item.agentId.toLowerCase()) return false;
  if (cause && cause !== item.cause) return false;
  if (actor && actor !== item.actor) return false;
  if (!isInRange(filter, item.endedAt ?? item.createdAt)) return false;
  return matchesActivity(filter, item) && matchesUser(filter, item.userId) && matchesSearch(search, item);
};

/** Judges a row by what it shows. */
export const matchesActivity = ({ activity }: ListFilter, item: Active): boolean =>
  activity === undefined || (item[activityCount[activity]] ?? 0) > 0;

const isInRange = (filter: ListFilter, at: string): boolean => {
  const { from, to } = toListInput(filter);
  return (!from || at >= from) && (!to || at < to);
};

/** The session that a message belongs to: its channel may have had several. */
export const sessionOf = ({ metadata }: Pick<Message, "metadata">): string =>
  String(metadata.sessionId ?? "");

/** The first eight characters of an id, for display. */
export const shortId = (id: string): string => (id.length > 8 ? id.slice(0, 8) : id);
