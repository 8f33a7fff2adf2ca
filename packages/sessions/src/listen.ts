import { confirmed } from "./confirm-subscription.js";
import type { Domain } from "./domain.js";
import { overError } from "./ending.js";
import { validationError } from "./errors.js";
import { readLive } from "./get-session.js";
import type { HubEntry } from "./hub-entry.js";
import type { Listener } from "./listener.js";
import type { ListenerWriter } from "./ports.js";
import type { Inputs } from "./schemas.js";
import { toSessionInfo } from "./session.js";
import { parseEventId } from "./session-event.js";
import type { Listening, SubscriberCredential } from "./sessions.js";

/**
 * Enters a listener so that no message and no end falls between the state it is told and what it hears next: it
 * subscribes first and reads second.
 * @throws SessionError `VALIDATION_ERROR` for a last id that is malformed, another session's or ahead of this one,
 * `SESSION_NOT_FOUND`, `SESSION_EXPIRED`, and `RATE_LIMITED` where there are too many here
 */
export const listen = async (
  domain: Domain,
  { sessionId, lastEventId }: Inputs["sessionEvents"],
  writer: ListenerWriter,
  credential: SubscriberCredential = "token",
): Promise<Listening> => {
  const afterSeq = lastEventId == null ? null : parseEventId(sessionId, lastEventId);
  if (lastEventId != null && afterSeq === null) throw wrongLastId("is no event id of this session");
  const entry = domain.hub.enter(sessionId);
  const listener = addListener(domain, entry, writer, credential);
  try {
    await confirmed(domain.clock, entry.subscription);
    const elsewhere = await domain.presence.elsewhere([sessionId]);
    const session = await readLive(domain, sessionId);
    if (entry.ending) throw overError(sessionId, { state: "ended", ending: entry.ending });
    if (afterSeq !== null && afterSeq > session.lastSeq) throw wrongLastId("is ahead of this session");
    const replies = [...entry.held.replies, ...(elsewhere.get(sessionId)?.replies ?? [])];
    const started = {
      type: "session.started",
      session: toSessionInfo(session, domain.store.now()),
      pendingReplies: replies,
    } as const;
    entry.startListener(listener, session, started, afterSeq);
    return { leave: () => listener.leave() };
  } catch (cause) {
    listener.leave();
    throw cause;
  }
};

const addListener = (
  { hub }: Domain,
  entry: HubEntry,
  writer: ListenerWriter,
  credential: SubscriberCredential,
): Listener => {
  try {
    return entry.addListener(writer, credential);
  } catch (cause) {
    hub.leaveIfEmpty(entry);
    throw cause;
  }
};

const wrongLastId = (message: string) => validationError({ path: "lastEventId", message });
