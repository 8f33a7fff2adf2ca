import type { ServerResponse } from "node:http";
import { endingSchema, type ReplyStream, SessionError } from "@adjourn/sessions";
import { isPeerGone, unlessPeerGone } from "../sse/peer-gone.js";
import { ReplyParts } from "./reply-parts.js";
import type { SessionEnd } from "./ui-parts.js";
import { UiStream } from "./ui-stream.js";

/**
 * Streams a reply as a UI message. Waits for a slow reader. A reader who leaves stops only the writing. `toErrorText`
 * gives the text of an error that the caller may see.
 */
export const streamUiReply = async (
  response: ServerResponse,
  stream: ReplyStream,
  toErrorText: (error: unknown) => string,
): Promise<void> => {
  // `chunks` throws the same error; this handler prevents an unhandled rejection if nothing reads that far.
  stream.reply.catch(() => {});
  if (isPeerGone(response)) return;
  const ui = new UiStream(response);
  const parts = new ReplyParts(stream.replyId, (part) => ui.send(part));
  try {
    await writeReply(response, ui, parts, stream);
  } catch (error) {
    const end = sessionEndOf(error);
    if (end) parts.end(end);
    else if (error instanceof SessionError && error.code === "REPLY_CANCELLED") parts.cancel();
    else parts.fail(toErrorText(error));
  } finally {
    ui.close();
  }
};

const writeReply = async (
  response: ServerResponse,
  ui: UiStream,
  parts: ReplyParts,
  { chunks, reply }: ReplyStream,
): Promise<void> => {
  const pieces = chunks[Symbol.asyncIterator]();
  for (;;) {
    const next = await unlessPeerGone(response, pieces.next());
    if (next === null) {
      // Chunks without a reader need not be kept.
      pieces.return?.().catch(() => {});
      return;
    }
    if (next.done) break;
    parts.add(next.value.chunk);
    await ui.drained();
  }
  const { content, finishReason } = await reply;
  parts.finish(content, finishReason);
};

const sessionEnd = endingSchema.pick({ cause: true, reason: true, endedAt: true });

const sessionEndOf = (error: unknown): SessionEnd | null =>
  error instanceof SessionError && error.code === "SESSION_ENDED"
    ? (sessionEnd.safeParse(error.details).data ?? null)
    : null;
