import { randomKey } from "../random-key.js";
import { SessionError, toSessionError } from "../session-error.js";
import type { RouterInputs, RouterOutputs, SessionEvent } from "../shapes.js";
import type { Connection } from "./connection.js";
import { retry } from "./retry.js";
import { type Reply, type SendOptions, sendMessage } from "./send-message.js";
import { type EventsOptions, sessionEvents } from "./session-events.js";
import { watchSession } from "./watch-session.js";

const maxCancelWaitMs = 10_000;

export type CancelOptions = Partial<Pick<RouterInputs["cancelReply"], "messageId" | "partial">>;
export type EndOptions = Pick<RouterInputs["endSession"], "reason">;
export type EndedSession = RouterOutputs["endSession"];

/** One session. Having it opens nothing. */
export interface ClientSession {
  readonly sessionId: string;
  /** Sends a message as the session's user. The result is a promise of the agent's message, and its text as it is written. */
  send(content: string, options?: SendOptions): Reply;
  /**
   * What happens from now on, until `session.ended` has been given. Lost connections are made again, and nothing is missed.
   * Leaving the loop stops listening. A session that is over already fails with `SESSION_NOT_FOUND` or `SESSION_EXPIRED`.
   */
  events(options?: EventsOptions): AsyncIterable<SessionEvent>;
  /**
   * Cancels the replies under way, or the one of `messageId`: its own id, or that of the message it answers. Resolves to how
   * many this call cancelled.
   */
  cancel(options?: CancelOptions): Promise<number>;
  /** Ends the session. `SESSION_NOT_FOUND`: it was over already. */
  end(options?: EndOptions): Promise<EndedSession>;
}

export const createSession = (connection: Connection, sessionId: string): ClientSession => {
  const { trpc, closed, retrySend } = connection;
  const events = (options?: EventsOptions) =>
    sessionEvents((watcher) => watchSession(trpc, sessionId, watcher), closed, options);
  return {
    sessionId,
    send: (content, options) => sendMessage(connection, sessionId, content, options),
    events,
    cancel: async ({ messageId, partial } = {}) => {
      const ids =
        messageId === undefined ? await repliesUnderWay((signal) => events({ signal })) : [messageId];
      const cancelled = await Promise.all(
        ids.map((id) => cancelOne(connection, { sessionId, messageId: id, partial })),
      );
      return cancelled.filter(Boolean).length;
    },
    end: ({ reason } = {}) => {
      // A repeated call with the same key gets the first answer, if that was lost.
      const idempotencyKey = randomKey();
      return retry(() => trpc.endSession.mutate({ sessionId, reason, idempotencyKey }), retrySend);
    },
  };
};

/** The first event of every subscription lists them. */
const repliesUnderWay = async (
  eventsUntil: (signal: AbortSignal) => AsyncIterable<SessionEvent>,
): Promise<readonly string[]> => {
  // Events are waited for without end, but a cancel is soon late.
  const events = eventsUntil(AbortSignal.timeout(maxCancelWaitMs));
  for await (const event of events)
    if (event.type === "session.started") return event.pendingReplies.map(({ messageId }) => messageId);
  throw new SessionError("NO_ANSWER", "No server answered in time, or the client was closed");
};

/** False if the reply was over before. */
const cancelOne = async (
  { trpc }: Connection,
  input: Parameters<typeof trpc.cancelReply.mutate>[0],
): Promise<boolean> => {
  try {
    await trpc.cancelReply.mutate(input);
    return true;
  } catch (cause) {
    const error = toSessionError(cause);
    if (error.code === "REPLY_NOT_FOUND") return false;
    throw error;
  }
};
