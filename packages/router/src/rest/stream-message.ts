import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { ReplyStream } from "@adjourn/sessions";
import { commentEveryMs, isPeerGone, sseComment, sseHeaders, unlessPeerGone } from "@adjourn/transports";
import type { Refusal } from "../errors/refusal.js";
import type { Dialect } from "./dialects.js";

/** The response, and the dialect of its errors. */
export interface Wire {
  readonly response: ServerResponse;
  readonly dialect: Dialect;
  readonly refuse: (error: unknown) => Refusal;
  readonly isDraining: () => boolean;
}

/**
 * Streams a reply: `user_message`, `chunk` events, then `done` or `error`. Waits for a slow reader. A reader who leaves
 * stops only the writing, at once, even if the agent is silent.
 */
export const streamMessage = async (
  { response, dialect, refuse }: Omit<Wire, "isDraining">,
  stream: ReplyStream,
  channelId: string | null = null,
): Promise<void> => {
  // `chunks` throws the same error; this handler prevents an unhandled rejection if nothing reads that far.
  stream.reply.catch(() => {});
  if (isPeerGone(response)) return;
  const comments = setInterval(() => response.write(sseComment), commentEveryMs).unref();
  response.writeHead(200, sseHeaders);
  try {
    await writeReply(response, stream, dialect.userMessage(stream.userMessage, channelId));
  } catch (error) {
    if (!isPeerGone(response)) await send(response, "error", dialect.errorEvent(refuse(error)));
  } finally {
    clearInterval(comments);
    response.end();
  }
};

const writeReply = async (
  response: ServerResponse,
  { chunks, reply }: ReplyStream,
  userMessage: object,
): Promise<void> => {
  await send(response, "user_message", userMessage);
  const pieces = chunks[Symbol.asyncIterator]();
  for (;;) {
    const next = await unlessPeerGone(response, pieces.next());
    if (next === null) {
      // Chunks without a reader need not be kept.
      pieces.return?.().catch(() => {});
      return;
    }
    if (next.done) break;
    await send(response, "chunk", next.value);
  }
  await send(response, "done", await reply);
};

/** Resolves once the reader has taken it or is gone. */
const send = async (response: ServerResponse, event: string, data: unknown): Promise<void> => {
  if (isPeerGone(response)) return;
  const isTaken = response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  if (!isTaken) await unlessPeerGone(response, once(response, "drain"));
};
