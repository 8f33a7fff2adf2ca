import { randomKey } from "../random-key.js";
import { SessionError, toSessionError } from "../session-error.js";
import type { AgentMessage, RouterInputs } from "../shapes.js";
import type { Connection } from "./connection.js";
import { retry } from "./retry.js";
import { requestReply, UntypedRefusal } from "./send-request.js";
import { createTextStream, type TextStream } from "./text-stream.js";

/**
 * A reply under way: a promise of the agent's message, and its text as it is written. Every loop gets the text from its
 * beginning, and all of it: the pieces joined are the message's content.
 */
export interface Reply extends Promise<AgentMessage>, AsyncIterable<string> {}

export interface SendOptions
  extends Pick<RouterInputs["sendSessionMessage"], "metadata" | "attachments" | "idempotencyKey"> {
  /** Stops the waiting, not the reply, which the session's other listeners still receive. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends a message and waits for the reply. If the connection is lost it is repeated with the same idempotency key, which
 * stores the message once and goes on with the same reply.
 */
export const sendMessage = (
  connection: Connection,
  sessionId: string,
  content: string,
  { signal, idempotencyKey = randomKey(), ...fields }: SendOptions = {},
): Reply => {
  const text = createTextStream();
  const input = { ...fields, sessionId, content, idempotencyKey };
  const message = runSend(connection, input, text, signal).then(
    (message) => {
      text.push(message.content.slice(text.length));
      text.end();
      return message;
    },
    (error: unknown) => {
      text.end(error);
      throw error;
    },
  );
  return Object.assign(message, {
    [Symbol.asyncIterator]: () => {
      // The loop throws what the promise is rejected with.
      message.catch(() => {});
      return text[Symbol.asyncIterator]();
    },
  });
};

type SendInput = RouterInputs["sendSessionMessage"] & { readonly idempotencyKey: string };

const runSend = (
  connection: Connection,
  input: SendInput,
  text: TextStream,
  signal = new AbortController().signal,
): Promise<AgentMessage> => {
  const { sessionId, idempotencyKey, ...body } = input;
  const url = `${connection.url}/api/messaging/sessions/${encodeURIComponent(sessionId)}/messages`;
  const request = async () => {
    /** Characters of the reply that this request has brought. */
    let received = 0;
    const onText = (piece: string) => {
      const known = text.length - received;
      received += piece.length;
      if (received > text.length) text.push(piece.slice(Math.max(0, known)));
    };
    const headers = { ...(await connection.headers()), "Idempotency-Key": idempotencyKey };
    return requestReply({ url, headers, body, signal, onText });
  };
  const attempt = () =>
    request().catch((error: unknown) => {
      const isRefused = error instanceof SessionError && error.code === "UNAUTHORIZED";
      if (!isRefused || !connection.tokens.canRenew) throw error;
      connection.tokens.refuse();
      return request();
    });
  return retry(attempt, { ...connection.retrySend, signal }).catch((error: unknown) => {
    if (!(error instanceof Error && error.cause instanceof UntypedRefusal)) throw error;
    return askOverTrpc(connection, input, signal);
  });
};

/** Repeats a send that has failed, for the same refusal with its code and details. */
const askOverTrpc = async (
  { trpc }: Connection,
  input: SendInput,
  signal: AbortSignal,
): Promise<AgentMessage> => {
  try {
    const { agentResponse } = await trpc.sendSessionMessage.mutate(
      { ...input, transport: "http" },
      { signal },
    );
    if (!agentResponse) throw new SessionError("NO_ANSWER", "The answer has no reply");
    const { text: _, ...message } = agentResponse;
    return message;
  } catch (error) {
    signal.throwIfAborted();
    throw toSessionError(error);
  }
};
