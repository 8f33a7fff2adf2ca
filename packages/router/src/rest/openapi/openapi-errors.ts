import { type ErrorCode, type ErrorDetails, errorCodes } from "@adjourn/sessions";
import { errorTable } from "../../errors/error-codes.js";
import { bodyTooLarge, maxBodyBytes } from "../../requests/body-limit.js";
import type { Dialect } from "../dialects.js";
import type { Route } from "../routes.js";
import { operationDocs } from "./operation-docs.js";

const sessionId = "7f8b0c5e-3f5a-4a63-9d3b-0a3c1f4e2d10";
const messageId = "e4f5a6b7-0c1d-4e2f-9a3b-4c5d6e7f8091";
const userId = "5d3e2f10-6b7c-4d8e-9f01-23456789abcd";
const channelId = "2c1d9a44-98a1-4a0e-8a55-5b1c2a7f6e21";

type ErrorExample = readonly [message: string, details: ErrorDetails];

const tooLargeExample = (maxBytes: number): ErrorExample => {
  const { message, details } = bodyTooLarge(maxBytes);
  return [message, details];
};

/** One example per error code. */
export const errorExamples: Readonly<Record<ErrorCode, ErrorExample>> = {
  VALIDATION_ERROR: ["agentId: Invalid UUID", { issues: [{ path: "agentId", message: "Invalid UUID" }] }],
  INVALID_TIMEOUT_CONFIG: [
    "timeoutMinutes must be a whole number from 5 to 1440",
    { field: "timeoutMinutes", given: 1, allowed: "a whole number from 5 to 1440" },
  ],
  INVALID_JSON: ["The body is not valid JSON", {}],
  UNAUTHORIZED: ["A key is required", {}],
  FORBIDDEN: ["This key may not do that", {}],
  SESSION_NOT_FOUND: ["Session not found", { sessionId: "abc-123" }],
  AGENT_NOT_FOUND: ["Agent not found", { agentId: sessionId }],
  CHANNEL_NOT_FOUND: ["Channel not found", { channelId }],
  NOT_FOUND: ["Not found", {}],
  REPLY_NOT_FOUND: ["Reply not found", { sessionId, messageId }],
  BLOCK_NOT_FOUND: ["Block not found", { userId }],
  USER_BLOCKED: ["This user is blocked", { userId, until: "2026-11-24T13:00:00.000Z" }],
  CHANNEL_IN_USE: ["A live session is using this channel", { channelId }],
  IDEMPOTENCY_KEY_REUSED: ["This Idempotency-Key was used with another body", { idempotencyKey: "create-1" }],
  REPLY_CANCELLED: ["The reply was cancelled", { sessionId, messageId }],
  METHOD_NOT_ALLOWED: ["Method not allowed", { allow: ["GET", "HEAD", "DELETE"] }],
  SESSION_EXPIRED: ["Session has expired", { sessionId, expiresAt: "2026-11-23T13:30:00.000Z" }],
  SESSION_ENDED: [
    "Session ended while the operation was pending",
    { sessionId, endedAt: "2026-11-23T13:10:00.000Z", cause: "requested", reason: "done" },
  ],
  PAYLOAD_TOO_LARGE: tooLargeExample(maxBodyBytes),
  UNSUPPORTED_MEDIA_TYPE: [
    "The content type must be application/json in UTF-8",
    { contentType: "text/plain" },
  ],
  SESSION_RENEWAL_FAILED: [
    "The session has reached its maximum duration",
    { sessionId, expiresAt: "2026-11-24T01:00:00.000Z", maxDurationMinutes: 720 },
  ],
  RATE_LIMITED: ["Too many requests", { retryAfterSeconds: 60 }],
  INTERNAL_ERROR: ["Internal server error", { requestId: "0d6f0f3a-7c56-4c7b-9f1e-6f2b8a9d4c33" }],
  AGENT_FAILED: ["The agent failed to reply", {}],
  AGENT_TIMEOUT: ["The agent did not finish its reply in 120 s", { replyTimeoutSeconds: 120 }],
  SERVICE_UNAVAILABLE: ["The service is not available at the moment", {}],
};

const everywhere = [
  "VALIDATION_ERROR",
  "UNAUTHORIZED",
  "FORBIDDEN",
  "PAYLOAD_TOO_LARGE",
  "RATE_LIMITED",
  "INTERNAL_ERROR",
  "SERVICE_UNAVAILABLE",
] as const;
const withBody = ["INVALID_JSON", "UNSUPPORTED_MEDIA_TYPE"] as const;

/** The error codes of an operation by status, without the 404 and 405 of routing. */
const errorsByStatus = (route: Route, dialect: Dialect): ReadonlyMap<number, readonly ErrorCode[]> => {
  const met = new Set<ErrorCode>([
    ...everywhere,
    ...(route.body ? withBody : []),
    ...operationDocs[route.operation].errors,
  ]);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorCodes.filter((one) => met.has(one))) {
    const status = dialect.errorStatus({ code, status: errorTable[code].status });
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return new Map([...byStatus].sort(([a], [b]) => a - b));
};

/** The OpenAPI responses for all errors of an operation. */
export const errorResponses = (route: Route, dialect: Dialect): Readonly<Record<string, object>> =>
  Object.fromEntries(
    [...errorsByStatus(route, dialect)].map(([status, codes]) => [
      String(status),
      {
        description: codes.join(", "),
        headers: headersOf(status),
        content: {
          "application/json": {
            schema: { $ref: "#/components/schemas/Error" },
            examples: Object.fromEntries(codes.map((code) => [code, { value: exampleBody(code, dialect) }])),
          },
        },
      },
    ]),
  );

const exampleBody = (code: ErrorCode, dialect: Dialect): object => {
  // The dialects differ in the size of a body.
  const [message, details] =
    code === "PAYLOAD_TOO_LARGE" ? tooLargeExample(dialect.maxBodyBytes) : errorExamples[code];
  return dialect.errorBody({ code, message, details });
};

export const requestIdHeader = {
  "X-Request-Id": { description: "Names this request in the log", schema: { type: "string" } },
} as const;

const headersOf = (status: number): object => ({
  ...requestIdHeader,
  ...(status === 429 || status === 503
    ? { "Retry-After": { description: "Seconds to wait", schema: { type: "integer", minimum: 1 } } }
    : {}),
});

const code = { type: "string", enum: errorCodes };
const details = {
  type: "object",
  description: "What a program needs to act on it; `issues` of path and message for VALIDATION_ERROR",
};
const closed = (properties: Readonly<Record<string, object>>): object => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

/** The error body of each dialect, as JSON Schema. */
export const errorSchemas = {
  documented: closed({ error: { type: "string", description: "A sentence" }, code, details }),
  elizaos: closed({
    success: { type: "boolean", const: false },
    error: closed({
      code: { type: "string", enum: [...errorCodes, "RATE_LIMIT_EXCEEDED"] },
      message: { type: "string", description: "A sentence" },
      details,
      timestamp: { type: "string", format: "date-time" },
    }),
  }),
} as const;
