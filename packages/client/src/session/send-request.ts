import { SessionError, type SessionErrorCode, type SessionErrorDetails } from "../session-error.js";
import type { AgentMessage } from "../shapes.js";
import { readEventStream } from "./read-event-stream.js";

/** The server writes a comment every 15 s; after this long without anything the connection is dead. */
const maxSilenceMs = 35_000;

export interface SendRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  /** The reply's text, from its beginning in every request. */
  readonly onText: (piece: string) => void;
}

/** An answer in the `elizaos` dialect, which doesn't carry our error codes everywhere. tRPC has them in both dialects. */
export class UntypedRefusal extends Error {
  override readonly name = "UntypedRefusal";
}

/**
 * Sends a message once and streams the reply.
 * @throws SessionError
 * @throws UntypedRefusal
 */
export const requestReply = async ({ onText, signal, ...request }: SendRequest): Promise<AgentMessage> => {
  const watchdog = createWatchdog(signal);
  try {
    const response = await fetch(request.url, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...request.headers },
      body: JSON.stringify({ ...request.body, transport: "sse" }),
      signal: watchdog.signal,
    });
    if (!response.ok || !response.body) throw refusalOf(await response.text());
    for await (const event of readEventStream(response.body)) {
      watchdog.touch();
      if (event?.event === "chunk") onText((JSON.parse(event.data) as { readonly chunk: string }).chunk);
      if (event?.event === "error") throw refusalOf(event.data);
      if (event?.event === "done") return toMessage(event.data);
    }
    throw new TypeError("The answer ended before the reply did");
  } catch (error) {
    if (signal.aborted || error instanceof SessionError || error instanceof UntypedRefusal) throw error;
    const cause = watchdog.signal.aborted ? new TypeError("The server went silent") : error;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new SessionError("NO_ANSWER", message, { cause });
  } finally {
    watchdog.stop();
  }
};

/** Aborts with the caller's signal, and when nothing has come for too long. */
const createWatchdog = (signal: AbortSignal) => {
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const touch = () => {
    clearTimeout(timer);
    timer = setTimeout(abort, maxSilenceMs);
  };
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  touch();
  const stop = () => {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  };
  return { signal: controller.signal, touch, stop };
};

const toMessage = (data: string): AgentMessage => {
  const { text: _, ...message } = JSON.parse(data) as AgentMessage & { readonly text: string };
  return message;
};

interface ErrorBody {
  readonly error: string;
  readonly code: SessionErrorCode;
  readonly details: SessionErrorDetails;
}

const refusalOf = (json: string): SessionError | UntypedRefusal => {
  // The checks below reject what another server or the other dialect says. What is no JSON fails as no answer.
  const body = JSON.parse(json) as Partial<ErrorBody> | null;
  if (typeof body?.error === "string" && typeof body.code === "string")
    return new SessionError(body.code, body.error, { details: body.details });
  return new UntypedRefusal("The server answered in another dialect");
};
