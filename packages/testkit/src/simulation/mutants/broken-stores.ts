import type { EndingRecord, EndRequest, Ports, Session, SessionStore } from "@adjourn/sessions";
import type { Scheduler } from "../scheduler.js";

/** Stores and ports in which one mechanism is broken. Each function is named after the mechanism that it breaks. */

/** Stores what is too late: replies after the end, or a user's message after the expiry. */
export const withoutFence =
  (late: "replies" | "messages past the expiry") =>
  (inner: SessionStore): SessionStore => {
    const sessions = new Map<string, Session>();
    return {
      ...inner,
      appendMessage: async (draft) => {
        const outcome = await inner.appendMessage(draft);
        if (outcome.outcome === "stored") sessions.set(draft.sessionId, outcome.session);
        const session = sessions.get(draft.sessionId);
        if (late === "replies" || outcome.outcome !== "gone" || outcome.gone.state !== "expired" || !session)
          return outcome;
        const { id, content, metadata, attachments } = draft;
        const said = {
          id,
          content,
          metadata,
          attachments,
          isAgent: false,
          inReplyTo: null,
          finishReason: null,
        };
        const message = { ...said, ...placeAfter(session, inner.now()), authorId: session.userId };
        return { outcome: "stored", message, session, wasRenewed: false };
      },
      appendReply: async (draft) => {
        const outcome = await inner.appendReply(draft);
        const session = sessions.get(draft.sessionId);
        if (late !== "replies" || outcome.outcome !== "gone" || !session) return outcome;
        const { messageId: id, content, inReplyTo, finishReason } = draft;
        const said = { id, content, inReplyTo, finishReason, isAgent: true, metadata: {}, attachments: null };
        const message = { ...said, ...placeAfter(session, inner.now()), authorId: session.agentId };
        return { outcome: "stored", message, session };
      },
    };
  };

const placeAfter = ({ channelId, lastSeq }: Session, now: number) => ({
  channelId,
  seq: lastSeq + 1,
  createdAt: now,
  usage: null,
});

/** A renewal also returns the replies that are not in flight any more. */
export const hideLostReplies = (inner: SessionStore): SessionStore => ({
  ...inner,
  renewReplies: async (replies) => {
    const marks = await inner.renewReplies(replies);
    return new Map(replies.map(({ messageId }) => [messageId, marks.get(messageId) ?? null]));
  },
});

/** Stores a cancelled reply as if its agent had finished it. */
export const ignoreCancellations = (inner: SessionStore): SessionStore => ({
  ...inner,
  cancelReply: async (request) => {
    const pending = await inner.readPendingReplies(request.sessionId);
    const reply = pending.find(({ messageId, inReplyTo }) =>
      [messageId, inReplyTo].includes(request.messageId),
    );
    return reply
      ? { outcome: "cancelled", reply: { ...reply, cancelled: request.partial } }
      : inner.cancelReply(request);
  },
});

export const forgetSendKeys = (inner: SessionStore): SessionStore => ({
  ...inner,
  appendMessage: (draft) => inner.appendMessage({ ...draft, idempotency: null }),
  readSent: async () => null,
});

/** No reply waits for the one before it. */
export const answerInParallel = (ports: Ports): Ports => ({
  ...ports,
  agents: {
    get: (agentId) => {
      const agent = ports.agents.get(agentId);
      return agent && { ...agent, replyOrder: "parallel" };
    },
    list: () => ports.agents.list(),
  },
});

/** Reads the session first and ends it afterwards, in two transactions. */
export const endInTwoSteps = (inner: SessionStore, scheduler: Scheduler): SessionStore => ({
  ...inner,
  endSession: async (request) => {
    const { outcome } = await inner.readSession(request.sessionId);
    await new Promise<void>((resolve) => scheduler.schedule(3, resolve));
    const ended = await inner.endSession(request);
    return outcome === "live" && ended.outcome === "gone" && ended.gone.state === "ended"
      ? { outcome: "ended", ending: ended.gone.ending }
      : ended;
  },
});

export const forgetEndKeys = (inner: SessionStore): SessionStore => ({
  ...inner,
  endSession: (request) => inner.endSession({ ...request, idempotencyKey: null }),
});

export const forgetCreateKeys = (inner: SessionStore): SessionStore => ({
  ...inner,
  createSession: (draft) => inner.createSession(draft, null),
});

const endingOf = (session: Session, { reason, caller }: EndRequest, now: number): EndingRecord => {
  const { sessionId, channelId, agentId, userId, createdAt, expiresAt, lastSeq, messageCount } = session;
  const facts = { sessionId, channelId, agentId, userId, createdAt, expiresAt, lastSeq };
  const counts = { messageCount, listenersDropped: 0, operationsAborted: 0 };
  return { ...facts, endedAt: now, cause: "requested", reason, ...caller, ...counts };
};

const withEnd = (ports: Ports, before: (ending: EndingRecord, request: EndRequest) => boolean): Ports => {
  const { store } = ports;
  const endSession: SessionStore["endSession"] = async (request) => {
    const read = await store.readSession(request.sessionId);
    if (read.outcome !== "live") return store.endSession(request);
    const ending = endingOf(read.session, request, store.now());
    return before(ending, request) ? { outcome: "ended", ending } : store.endSession(request);
  };
  return { ...ports, store: { ...store, endSession } };
};

/** Answers an end before the store has committed it. */
export const answerBeforeCommit = (ports: Ports): Ports =>
  withEnd(ports, (_, request) => {
    ports.store.endSession(request).catch(() => {});
    return true;
  });

/** Publishes an end that may still fail, or that another caller may win. */
export const publishBeforeCommit = (ports: Ports): Ports =>
  withEnd(ports, (ending) => {
    ports.bus.publish(`session.${ending.sessionId}`, { kind: "ended", origin: "early", ending });
    return false;
  });

/** Subscribes to the bus only after the session was read. */
export const subscribeAfterReading = (ports: Ports): Ports => {
  const { store, bus } = ports;
  const waiting = new Map<string, (() => void)[]>();
  return {
    ...ports,
    bus: {
      ...bus,
      subscribe: (subject, onMessage) => {
        let isClosed = false;
        let close = () => {};
        const subscribe = () => {
          if (!isClosed) close = bus.subscribe(subject, onMessage).close;
        };
        waiting.set(subject, [...(waiting.get(subject) ?? []), subscribe]);
        return {
          ready: Promise.resolve(),
          close: () => {
            isClosed = true;
            close();
          },
        };
      },
    },
    store: {
      ...store,
      readSession: async (sessionId) => {
        const read = await store.readSession(sessionId);
        const subject = `session.${sessionId}`;
        for (const subscribe of waiting.get(subject) ?? []) subscribe();
        waiting.delete(subject);
        return read;
      },
    },
  };
};

export const neverDue = (ports: Ports): Ports => ({
  ...ports,
  store: { ...ports.store, hasDue: async () => false },
});

export const keepPresence = (ports: Ports): Ports => {
  const { presence } = ports;
  const report: typeof presence.report = (sessionId, record) => record && presence.report(sessionId, record);
  return { ...ports, presence: { ...presence, report } };
};

export const keepSubscriptions = (ports: Ports): Ports => ({
  ...ports,
  bus: {
    ...ports.bus,
    subscribe: (subject, onMessage) => ({ ...ports.bus.subscribe(subject, onMessage), close: () => {} }),
  },
});
