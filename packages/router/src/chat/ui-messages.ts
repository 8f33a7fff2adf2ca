import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { MessageInfo, SessionService } from "@adjourn/sessions";
import { isPeerGone, unlessPeerGone } from "@adjourn/transports";

const pageSize = 100;

/**
 * Answers with all messages of the session's channel as the AI SDK's `UIMessage[]`, oldest first. They are read page by page
 * as the peer takes them.
 * @throws SessionError `SESSION_NOT_FOUND`, `SESSION_EXPIRED`
 */
export const answerUiMessages = async (
  response: ServerResponse,
  sessions: SessionService,
  sessionId: string,
): Promise<void> => {
  const { channelId } = await sessions.getSession({ sessionId });
  let page = await sessions.getSessionMessages({ sessionId, limit: pageSize, after: 0 });
  response.writeHead(200, {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",
  });
  let separator = "[";
  while (page.messages.length > 0) {
    const shown = page.messages.toReversed().map((message) => JSON.stringify(toUiMessage(message)));
    const isTaken = response.write(separator + shown.join(","));
    separator = ",";
    if (!isTaken) await unlessPeerGone(response, once(response, "drain"));
    const { cursors, hasMore } = page;
    if (!hasMore || !cursors || isPeerGone(response)) break;
    // The session may have ended since; its channel stays.
    page = await sessions.getChannelMessages({ channelId, limit: pageSize, after: cursors.after });
  }
  response.end(separator === "[" ? "[]" : "]");
};

const toUiMessage = ({ id, isAgent, content, createdAt, finishReason }: MessageInfo) => ({
  id,
  role: isAgent ? "assistant" : "user",
  metadata: { createdAt, ...(finishReason ? { finishReason } : {}) },
  parts: [{ type: "text", text: content, ...(isAgent ? { state: "done" } : {}) }],
});
