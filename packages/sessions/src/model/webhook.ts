import { z } from "zod";
import { type EndingRecord, toEnding } from "./ending.js";
import type { ErrorCode } from "./errors.js";
import { isoTimeSchema, type Session, toIso, toSessionInfo } from "./session.js";

export const webhookEvents = [
  "session.created",
  "session.expiring",
  "session.ended",
  "message.failed",
] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

export const deliveryStatuses = ["pending", "delivered", "failed"] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** The events that one endpoint watches. The store writes a delivery for each watch that an event fits. */
export interface WebhookWatch {
  /** 1 to 64 letters, digits, `_`, `.` and `-`. */
  readonly endpoint: string;
  readonly events: readonly WebhookEvent[];
  /** UUIDs in lower case; null for every agent. */
  readonly agentIds: readonly string[] | null;
}

export const isWatched = (watch: WebhookWatch, event: WebhookEvent, agentId: string): boolean =>
  watch.events.includes(event) && (watch.agentIds?.includes(agentId.toLowerCase()) ?? true);

/** A reply that failed. */
export interface FailedReply {
  readonly sessionId: string;
  readonly channelId: string;
  readonly agentId: string;
  readonly userId: string;
  readonly messageId: string;
  readonly inReplyTo: string;
  readonly code: ErrorCode;
}

/** An event with its data, as the store has it. */
export type WebhookContent =
  | { readonly event: "session.created" | "session.expiring"; readonly session: Session }
  | { readonly event: "session.ended"; readonly ending: EndingRecord }
  | { readonly event: "message.failed"; readonly failed: FailedReply };

/** One try to deliver. `status` is the HTTP status; null if there was no answer. */
export const webhookAttemptSchema = z.object({
  at: isoTimeSchema,
  status: z.int().nullable(),
  error: z.string().nullable(),
  /** The beginning of the answer, at most 1 KiB. */
  answer: z.string().nullable(),
});
export type WebhookAttempt = Readonly<z.output<typeof webhookAttemptSchema>>;

/** A delivery as callers see it. Its `id` is the `webhook-id` of every attempt. */
export const webhookDeliverySchema = z
  .object({
    id: z.string(),
    endpoint: z.string(),
    event: z.enum(webhookEvents),
    sessionId: z.string(),
    status: z.enum(deliveryStatuses),
    attempts: z.array(webhookAttemptSchema),
    nextAttemptAt: isoTimeSchema.nullable(),
    createdAt: isoTimeSchema,
  })
  .meta({ id: "WebhookDelivery" });
export type WebhookDeliveryInfo = z.output<typeof webhookDeliverySchema>;

/** A delivery as the store has it. Times are milliseconds since the epoch. */
export interface WebhookDelivery extends Readonly<Omit<WebhookDeliveryInfo, "createdAt" | "nextAttemptAt">> {
  readonly createdAt: number;
  /** Null unless the delivery is pending. */
  readonly nextAttemptAt: number | null;
}

export const toDeliveryInfo = ({ createdAt, nextAttemptAt, ...delivery }: WebhookDelivery) => ({
  id: delivery.id,
  endpoint: delivery.endpoint,
  event: delivery.event,
  sessionId: delivery.sessionId,
  status: delivery.status,
  attempts: delivery.attempts.map((attempt) => ({ ...attempt })),
  nextAttemptAt: nextAttemptAt === null ? null : toIso(nextAttemptAt),
  createdAt: toIso(createdAt),
});

/** The body of every attempt: it depends on what was stored with the event alone. `at` is when it happened. */
export const webhookBody = (content: WebhookContent, at: number): string =>
  JSON.stringify({ type: content.event, timestamp: toIso(at), data: dataOf(content, at) });

const dataOf = (content: WebhookContent, at: number): object => {
  switch (content.event) {
    case "session.created":
    case "session.expiring":
      return toSessionInfo(content.session, at);
    case "session.ended":
      return toEnding(content.ending);
    case "message.failed":
      return content.failed;
  }
};
