import type { ServiceContext } from "../context.js";
import { goneError } from "../model/ending.js";
import { validationError } from "../model/errors.js";
import { toSessionInfo } from "../model/session.js";
import { parseEventId } from "../model/session-event.js";
import type { SubscriberSink } from "../ports/index.js";
import { confirmSubscription } from "../realtime/confirm-subscription.js";
import type { SessionChannel } from "../realtime/session-channel.js";
import type { Subscriber } from "../realtime/subscriber.js";
import type { Inputs } from "../schemas/index.js";
import type { SubscriberCredential, Subscription } from "../session-service.js";
import { readLive } from "./get-session.js";

/**
 * Subscribes to a session's events. It subscribes to the bus before it reads the session, so that no message and no end
 * falls between `session.started` and the first live event.
 * @throws SessionError `VALIDATION_ERROR` for a last event id that is malformed, of another session or ahead of this one,
 * `SESSION_NOT_FOUND`, `SESSION_EXPIRED`, and `RATE_LIMITED` beyond the limit of subscribers
 */
export const sessionEvents = async (
  context: ServiceContext,
  { sessionId, lastEventId }: Inputs["sessionEvents"],
  sink: SubscriberSink,
  credential: SubscriberCredential = "token",
): Promise<Subscription> => {
  const afterSeq = lastEventId == null ? null : parseEventId(sessionId, lastEventId);
  if (lastEventId != null && afterSeq === null) throw wrongLastId("is no event id of this session");
  const channel = context.hub.openChannel(sessionId);
  const subscriber = addSubscriber(context, channel, sink, credential);
  try {
    await confirmSubscription(context.clock, channel.subscription);
    const remote = await context.presence.remote([sessionId]);
    const session = await readLive(context, sessionId);
    if (channel.ending) throw goneError(sessionId, { state: "ended", ending: channel.ending });
    if (afterSeq !== null && afterSeq > session.lastSeq) throw wrongLastId("is ahead of this session");
    const replies = [...channel.presence.replies, ...(remote.get(sessionId)?.replies ?? [])];
    const started = {
      type: "session.started",
      session: toSessionInfo(session, context.store.now()),
      pendingReplies: replies,
    } as const;
    channel.startSubscriber(subscriber, session, started, afterSeq);
    return { leave: () => subscriber.leave() };
  } catch (cause) {
    subscriber.leave();
    throw cause;
  }
};

const addSubscriber = (
  { hub }: ServiceContext,
  channel: SessionChannel,
  sink: SubscriberSink,
  credential: SubscriberCredential,
): Subscriber => {
  try {
    return channel.addSubscriber(sink, credential);
  } catch (cause) {
    hub.closeIfEmpty(channel);
    throw cause;
  }
};

const wrongLastId = (message: string) => validationError({ path: "lastEventId", message });
