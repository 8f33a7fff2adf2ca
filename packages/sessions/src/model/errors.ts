/** All error codes. The router's error table maps each to a status; no wire adds another. */
export const errorCodes = [
  "VALIDATION_ERROR",
  "INVALID_TIMEOUT_CONFIG",
  "INVALID_JSON",
  "UNAUTHORIZED",
  "FORBIDDEN",
  "SESSION_NOT_FOUND",
  "AGENT_NOT_FOUND",
  "CHANNEL_NOT_FOUND",
  "NOT_FOUND",
  "REPLY_NOT_FOUND",
  "BLOCK_NOT_FOUND",
  "USER_BLOCKED",
  "CHANNEL_IN_USE",
  "IDEMPOTENCY_KEY_REUSED",
  "REPLY_CANCELLED",
  "METHOD_NOT_ALLOWED",
  "SESSION_EXPIRED",
  "SESSION_ENDED",
  "PAYLOAD_TOO_LARGE",
  "UNSUPPORTED_MEDIA_TYPE",
  "SESSION_RENEWAL_FAILED",
  "RATE_LIMITED",
  "INTERNAL_ERROR",
  "AGENT_FAILED",
  "AGENT_TIMEOUT",
  "SERVICE_UNAVAILABLE",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export type ErrorDetails = Readonly<Record<string, unknown>>;

/** An error that the caller may see: a code, a sentence, and details for programs. Its cause goes to the log only. */
export class SessionError extends Error {
  override readonly name = "SessionError";

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Thrown by adapters when the database can't be reached or could not commit. It becomes a 503. */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";
}

/** An entry of `details.issues` in a `VALIDATION_ERROR`. `path` is dotted; it is empty for the input as a whole. */
export interface ValidationIssue {
  readonly path: string;
  readonly message: string;
}

export const validationError = (...issues: readonly ValidationIssue[]): SessionError =>
  new SessionError("VALIDATION_ERROR", issues[0] ? describeIssue(issues[0]) : "Invalid input", { issues });

const describeIssue = ({ path, message }: ValidationIssue): string =>
  path === "" ? message : `${path}: ${message}`;

export const draining = (): SessionError =>
  new SessionError("SERVICE_UNAVAILABLE", "The server is shutting down; another one will answer");

export const sessionNotFound = (sessionId: string): SessionError =>
  new SessionError("SESSION_NOT_FOUND", "Session not found", { sessionId });

export const channelNotFound = (channelId: string): SessionError =>
  new SessionError("CHANNEL_NOT_FOUND", "Channel not found", { channelId });

/** The key was used before, with another request. */
export const idempotencyKeyReused = (idempotencyKey: string): SessionError =>
  new SessionError("IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used with another body", {
    idempotencyKey,
  });

export const channelInUse = (channelId: string): SessionError =>
  new SessionError("CHANNEL_IN_USE", "A live session is using this channel", { channelId });
