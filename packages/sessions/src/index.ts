export { withDeadline } from "./async/with-deadline.js";
export { createSessionService } from "./create-session-service.js";
export type { BlockRecord, BlockRequest } from "./model/block.js";
export {
  type Caller,
  type EndedBy,
  type EndedVia,
  type Ending,
  type EndingCause,
  type EndingRecord,
  endingCauses,
  endingSchema,
  expiryCause,
  type Gone,
  hasExpired,
  perCause,
  systemCaller,
  toEnding,
} from "./model/ending.js";
export {
  type ErrorCode,
  type ErrorDetails,
  errorCodes,
  SessionError,
  StoreUnavailableError,
  sessionNotFound,
  type ValidationIssue,
  validationError,
} from "./model/errors.js";
export { type Message, type MessageInfo, messageInfoSchema, toMessageInfo } from "./model/message.js";
export {
  type FinishReason,
  type PartialText,
  type ReplyFailure,
  type ReplyOrder,
  replyLeaseMs,
  replyOrders,
  type Usage,
} from "./model/reply.js";
export { isNearExpiration, type JsonObject, type Session, type SessionInfo, toIso } from "./model/session.js";
export { type PendingReply, parseEventId, type SessionEvent } from "./model/session-event.js";
export {
  defaultTimeoutSettings,
  expiryTime,
  longestDurationMinutes,
  nextWarnAt,
  parseTimeoutConfig,
  resolveTimeoutConfig,
  type TimeoutConfig,
  type TimeoutConfigInput,
  type TimeoutLimits,
  type TimeoutSettings,
} from "./model/timeout-policy.js";
export {
  type DeliveryStatus,
  type FailedReply,
  isWatched,
  type WebhookAttempt,
  type WebhookContent,
  type WebhookDelivery,
  type WebhookEvent,
  type WebhookWatch,
  webhookEvents,
} from "./model/webhook.js";
export { inBatches } from "./paging/in-batches.js";
export { jsonItemBytes, rowsWithinBytes } from "./paging/rows-within-bytes.js";
export { busMessage, presenceRecord } from "./ports/bus-message.js";
export type * from "./ports/index.js";
export { closeGraceMs, maxWaitingBytes } from "./realtime/subscriber.js";
export * from "./schemas/index.js";
export { isNestedDeeperThan } from "./schemas/json-depth.js";
export { metadataText } from "./search/metadata-text.js";
export { queryWords, wordsOf } from "./search/words.js";
export type * from "./session-service.js";
export type { SessionServiceSettings } from "./settings.js";
