import type {
  AppendOutcome,
  EndingRecord,
  EndRequest,
  MessageDraft,
  Ports,
  Session,
  SessionStore,
} from "@adjourn/sessions";
import type { Scheduler } from "./scheduler.js";

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
        if (outcome.outcome === "stored" || draft.isAgent !== (late === "replies")) return outcome;
        const session = sessions.get(draft.sessionId);
        return session && (late === "replies" || outcome.gone.state === "expired")
          ? storedAnyway(draft, session, inner.now())
          : outcome;
      },
    };
  };

const storedAnyway = (draft: MessageDraft, session: Session, now: number): AppendOutcome => {
  const { channelId, agentId, userId } = session;
  const authorId = draft.isAgent ? agentId : userId;
  const message = { ...draft, channelId, seq: session.lastSeq + 1, authorId, createdAt: now };
  return { outcome: "stored", message, session, wasRenewed: false };
};

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
