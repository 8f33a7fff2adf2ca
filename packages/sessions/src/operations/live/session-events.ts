import { withDeadline } from "../../async/with-deadline.js";
import type { ServiceContext } from "../../context.js";
import { goneError } from "../../model/ending.js";
import { validationError } from "../../model/errors.js";
import { toSessionInfo } from "../../model/session.js";
import { type PendingReply, parseEventId } from "../../model/session-event.js";
import type { ReplyRecord, SubscriberSink } from "../../ports/index.js";
import { confirmSubscription } from "../../realtime/confirm-subscription.js";
import type { SessionChannel } from "../../realtime/session-channel.js";
import type { Subscriber } from "../../realtime/subscriber.js";
import type { Inputs } from "../../schemas/index.js";
import type { SubscriberCredential, Subscription } from "../../session-service.js";
import { readLive } from "../sessions/get-session.js";

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
    const session = await readLive(context, sessionId);
    // After the session: a reply that is stored in between is delivered as a message.
    const pending = await context.store.readPendingReplies(sessionId);
    const remote = pending.filter(({ nodeId }) => nodeId !== context.settings.nodeId);
    const running = await withoutLostReplies(context, channel, remote);
    if (channel.ending) throw goneError(sessionId, { state: "ended", ending: channel.ending });
    if (afterSeq !== null && afterSeq > session.lastSeq) throw wrongLastId("is ahead of this session");
    const started = {
      type: "session.started",
      session: toSessionInfo(session, context.store.now()),
      pendingReplies: inOrder(channel.replies.withTexts(running), pending),
    } as const;
    channel.startSubscriber(subscriber, session, started, afterSeq);
    return subscriber;
  } catch (cause) {
    subscriber.leave();
    throw cause;
  }
};

/** In the order of the messages that they answer. A reply that has begun since the read is the newest. */
const inOrder = (replies: readonly PendingReply[], stored: readonly ReplyRecord[]): PendingReply[] => {
  const places = new Map(stored.map(({ messageId }, place) => [messageId, place]));
  const placeOf = ({ messageId }: PendingReply) => places.get(messageId) ?? stored.length;
  return [...replies].sort((a, b) => placeOf(a) - placeOf(b));
};

/** How long the nodes that run replies may take to send the text so far. */
const textsWithinMs = 250;
/** How often they are asked. */
const maxTextRequests = 2;

/**
 * Waits for the text so far of the replies that other nodes run. A node that does not answer is lost with its replies, which
 * are left out. While the bus is down, nodes can't be asked, and their replies stay in without a text.
 */
const withoutLostReplies = async (
  { hub, bus, clock }: ServiceContext,
  channel: SessionChannel,
  remote: readonly ReplyRecord[],
): Promise<readonly ReplyRecord[]> => {
  const { remoteTexts } = channel.replies;
  const unknown = () => remote.filter(({ messageId }) => !remoteTexts.get(messageId));
  for (
    let request = 0;
    request < maxTextRequests && bus.status === "ok" && unknown().length > 0;
    request += 1
  ) {
    hub.requestTexts(channel.sessionId);
    const wait = remoteTexts.wait(unknown().map(({ messageId }) => messageId));
    await withDeadline(clock, textsWithinMs, wait.known, undefined);
    wait.stop();
  }
  return bus.status === "ok" ? remote.filter((reply) => !unknown().includes(reply)) : remote;
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
