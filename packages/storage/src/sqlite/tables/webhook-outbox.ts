import { randomUUID } from "node:crypto";
import { isWatched, type WebhookContent, type WebhookWatch } from "@adjourn/sessions";
import type { SqliteConnection } from "../connection/connection.js";

const insert = `INSERT INTO webhook_deliveries
    (id, endpoint, event, session_id, channel_id, content, created_at, next_attempt_at)
  VALUES (:id, :endpoint, :event, :sessionId, :channelId, :content, :now, :now)`;

const watchesOf = new WeakMap<SqliteConnection, readonly WebhookWatch[]>();

/** Sets the events that writes of this connection deliver, and the endpoints that receive them. */
export const watch = (connection: SqliteConnection, watches: readonly WebhookWatch[]): void => {
  if (watches.length > 0) watchesOf.set(connection, watches);
};

/** Within the transaction of an event: stores a delivery for each endpoint that watches it. */
export const enqueueDeliveries = (
  connection: SqliteConnection,
  content: WebhookContent,
  now: number,
): void => {
  for (const watched of watchesOf.get(connection) ?? []) {
    const { sessionId, channelId, agentId } = subjectOf(content);
    if (!isWatched(watched, content.event, agentId)) continue;
    connection.run(insert, {
      id: randomUUID(),
      endpoint: watched.endpoint,
      event: content.event,
      sessionId,
      channelId,
      content: JSON.stringify(content),
      now,
    });
  }
};

export const hasWatches = (connection: SqliteConnection): boolean => watchesOf.has(connection);

const subjectOf = (content: WebhookContent) => {
  if ("session" in content) return content.session;
  return "ending" in content ? content.ending : content.failed;
};
