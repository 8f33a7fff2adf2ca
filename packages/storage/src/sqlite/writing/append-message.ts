import type { AppendOutcome, MessageDraft } from "@adjourn/sessions";
import { toSession } from "../../rows/session-rows.js";
import type { SqliteConnection } from "../connection/connection.js";
import { insertMessage, nextPlace } from "../tables/messages-table.js";
import { beginReply, mayBeginReply } from "../tables/replies-table.js";
import {
  getActive,
  isLive,
  readGone,
  readLive,
  recordActivityOf,
  returningActive,
} from "../tables/sessions-table.js";
import { keepSent, readSent } from "./sent-messages.js";

const takePlace = `${recordActivityOf}, ${nextPlace} WHERE ${isLive} AND ${mayBeginReply} ${returningActive}`;

const tooMany = { outcome: "too_many_replies" } as const;

/** Within a transaction: takes the key, stores the message and begins its reply, or does nothing. */
export const appendMessage = (
  connection: SqliteConnection,
  draft: MessageDraft,
  now: number,
): AppendOutcome => {
  const { sessionId, idempotency, reply } = draft;
  const repeated = idempotency && readSent(connection, sessionId, idempotency);
  if (repeated) return repeated;
  const row = getActive(connection, takePlace, { sessionId, now });
  if (!row) return readLive(connection, sessionId, now) ? tooMany : readGone(connection, sessionId);
  const session = toSession(row);
  const wasRenewed = Boolean(row.was_renewed);
  const { id, content, metadata, attachments } = draft;
  const message = insertMessage(connection, row, {
    id,
    isAgent: false,
    inReplyTo: null,
    content,
    metadata,
    attachments,
    finishReason: null,
    usage: null,
  });
  beginReply(connection, message, draft, now);
  if (idempotency)
    keepSent(
      connection,
      idempotency,
      { messageId: draft.id, replyId: reply.messageId, session, wasRenewed },
      now,
    );
  return { outcome: "stored", message, session, wasRenewed };
};
