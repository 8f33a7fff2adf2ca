import type { ErrorCode } from "@adjourn/sessions";
import type { TRPC_ERROR_CODE_KEY } from "@trpc/server/rpc";

interface Verdict {
  readonly status: number;
  /** tRPC has no code for 410. Its SSE link retries 5xx codes for ever, so a final error must not have one. */
  readonly trpc: TRPC_ERROR_CODE_KEY;
}

/** The HTTP status and tRPC code of each error code. Every wire derives from this table. */
export const errorTable = {
  VALIDATION_ERROR: { status: 400, trpc: "BAD_REQUEST" },
  INVALID_TIMEOUT_CONFIG: { status: 400, trpc: "BAD_REQUEST" },
  INVALID_JSON: { status: 400, trpc: "PARSE_ERROR" },
  UNAUTHORIZED: { status: 401, trpc: "UNAUTHORIZED" },
  FORBIDDEN: { status: 403, trpc: "FORBIDDEN" },
  SESSION_NOT_FOUND: { status: 404, trpc: "NOT_FOUND" },
  AGENT_NOT_FOUND: { status: 404, trpc: "NOT_FOUND" },
  CHANNEL_NOT_FOUND: { status: 404, trpc: "NOT_FOUND" },
  NOT_FOUND: { status: 404, trpc: "NOT_FOUND" },
  REPLY_NOT_FOUND: { status: 404, trpc: "NOT_FOUND" },
  BLOCK_NOT_FOUND: { status: 404, trpc: "NOT_FOUND" },
  USER_BLOCKED: { status: 403, trpc: "FORBIDDEN" },
  CHANNEL_IN_USE: { status: 409, trpc: "CONFLICT" },
  IDEMPOTENCY_KEY_REUSED: { status: 409, trpc: "CONFLICT" },
  REPLY_CANCELLED: { status: 409, trpc: "CONFLICT" },
  METHOD_NOT_ALLOWED: { status: 405, trpc: "METHOD_NOT_SUPPORTED" },
  SESSION_EXPIRED: { status: 410, trpc: "PRECONDITION_FAILED" },
  SESSION_ENDED: { status: 410, trpc: "PRECONDITION_FAILED" },
  PAYLOAD_TOO_LARGE: { status: 413, trpc: "PAYLOAD_TOO_LARGE" },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, trpc: "UNSUPPORTED_MEDIA_TYPE" },
  SESSION_RENEWAL_FAILED: { status: 422, trpc: "UNPROCESSABLE_CONTENT" },
  RATE_LIMITED: { status: 429, trpc: "TOO_MANY_REQUESTS" },
  INTERNAL_ERROR: { status: 500, trpc: "INTERNAL_SERVER_ERROR" },
  AGENT_FAILED: { status: 502, trpc: "BAD_GATEWAY" },
  AGENT_TIMEOUT: { status: 504, trpc: "GATEWAY_TIMEOUT" },
  SERVICE_UNAVAILABLE: { status: 503, trpc: "SERVICE_UNAVAILABLE" },
} as const satisfies Record<ErrorCode, Verdict>;

/** Maps tRPC's own errors, which have no `SessionError` as their cause. Any other error is a defect. */
export const codeOfTrpc: Partial<Record<TRPC_ERROR_CODE_KEY, ErrorCode>> = {
  PARSE_ERROR: "INVALID_JSON",
  BAD_REQUEST: "VALIDATION_ERROR",
  UNPROCESSABLE_CONTENT: "VALIDATION_ERROR",
  UNAUTHORIZED: "UNAUTHORIZED",
  FORBIDDEN: "FORBIDDEN",
  NOT_FOUND: "NOT_FOUND",
  METHOD_NOT_SUPPORTED: "METHOD_NOT_ALLOWED",
  PAYLOAD_TOO_LARGE: "PAYLOAD_TOO_LARGE",
  UNSUPPORTED_MEDIA_TYPE: "UNSUPPORTED_MEDIA_TYPE",
  TOO_MANY_REQUESTS: "RATE_LIMITED",
  SERVICE_UNAVAILABLE: "SERVICE_UNAVAILABLE",
};
