import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { ReplyStream } from "@adjourn/sessions";
import { commentEveryMs, sseComment, sseHeaders } from "../listeners/sse.js";
import type { Refusal } from "../refusal.js";
import type { Dialect } from "./dialects.js";

/** Where an answer goes, and in whose words it refuses. */
export interface Wire {
  readonly response: ServerResponse;
  readonly dialect: Dialect;
  readonly refuse: (error: unknown) => Refusal;
  readonly isDraining: () => boolean;
}

/**
 * Writes a reply as it comes: `user_message`, `chunk`s, then `done` or `error`. Waits while the reader is slow; a reader
 * who leaves stops only the writing.
 */
export const streamMessage = async (
  { response, dialect, refuse }: Omit<Wire, "isDraining">,
  { userMessage, chunks, reply }: ReplyStream,
): Promise<void> => {
  // What `reply` rejects with, `chunks` throws too; here it is heard even if nobody reads that far.
  reply.catch(() => {});
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const comments = setInterval(() => response.write(sseComment), commentEveryMs).unref();
  const send = async (event: string, data: unknown): Promise<void> => {
    const isTaken = response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    if (!isTaken && !gone.signal.aborted) await once(response, "drain", { signal: gone.signal });
  };
  response.writeHead(200, sseHeaders);
  try {
    await send("user_message", userMessage);
    for await (const chunk of chunks) {
      await send("chunk", chunk);
      if (gone.signal.aborted) return;
    }
    await send("done", await reply);
  } catch (error) {
    if (!gone.signal.aborted) await send("error", dialect.errorBody(refuse(error)));
  } finally {
    clearInterval(comments);
    response.end();
  }
};
