import { errorCodes, inputs, SessionError, StoreUnavailableError, sessionNotFound } from "@adjourn/sessions";
import { TRPCError } from "@trpc/server";
import { describe, expect, test } from "vitest";
import { errorTable } from "./error-codes.js";
import { toRefusal } from "./refusal.js";

const statuses = {
  VALIDATION_ERROR: 400,
  INVALID_TIMEOUT_CONFIG: 400,
  INVALID_JSON: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  SESSION_NOT_FOUND: 404,
  AGENT_NOT_FOUND: 404,
  CHANNEL_NOT_FOUND: 404,
  NOT_FOUND: 404,
  CHANNEL_IN_USE: 409,
  IDEMPOTENCY_KEY_REUSED: 409,
  METHOD_NOT_ALLOWED: 405,
  REPLY_NOT_FOUND: 404,
  BLOCK_NOT_FOUND: 404,
  USER_BLOCKED: 403,
  REPLY_CANCELLED: 409,
  SESSION_EXPIRED: 410,
  SESSION_ENDED: 410,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  SESSION_RENEWAL_FAILED: 422,
  RATE_LIMITED: 429,
  INTERNAL_ERROR: 500,
  AGENT_FAILED: 502,
  AGENT_TIMEOUT: 504,
  SERVICE_UNAVAILABLE: 503,
};

test("each code has the status that is documented", () => {
  expect(Object.fromEntries(errorCodes.map((code) => [code, errorTable[code].status]))).toEqual(statuses);
});

test.each(errorCodes)("%s keeps its message and details, wrapped by tRPC or not", (code) => {
  const error = new SessionError(code, "a sentence", { some: "detail" });
  const refusal = { code, status: statuses[code], message: "a sentence", details: { some: "detail" } };
  expect(toRefusal(error)).toMatchObject(refusal);
  expect(toRefusal(new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause: error }))).toMatchObject(refusal);
});

test("only what may succeed later says when", () => {
  const seconds = (code: keyof typeof statuses, details = {}) =>
    toRefusal(new SessionError(code, "", details)).retryAfterSeconds;
  expect(seconds("RATE_LIMITED")).toBe(1);
  expect(seconds("RATE_LIMITED", { retryAfterSeconds: 17.2 })).toBe(18);
  expect(seconds("SERVICE_UNAVAILABLE")).toBe(1);
  expect(seconds("SESSION_NOT_FOUND")).toBeNull();
});

test("input that does not fit lists every issue by its path", () => {
  const { error } = inputs.endSessions.safeParse({ sessionIds: ["", 7], reason: "x".repeat(201) });
  const refusal = toRefusal(new TRPCError({ code: "BAD_REQUEST", cause: error }));
  expect(refusal.code).toBe("VALIDATION_ERROR");
  const issues = refusal.details.issues as { path: string; message: string }[];
  expect(issues.map(({ path }) => path)).toEqual(["sessionIds.0", "sessionIds.1", "reason"]);
  for (const issue of issues) expect(Object.keys(issue)).toEqual(["path", "message"]);
});

test("a store that can't be reached is a 503", () => {
  const cause = new StoreUnavailableError("connect ECONNREFUSED 10.0.0.5:5432");
  for (const error of [cause, new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause })]) {
    expect(toRefusal(error)).toMatchObject({ code: "SERVICE_UNAVAILABLE", status: 503 });
    expect(JSON.stringify(toRefusal(error))).not.toContain("10.0.0.5");
  }
});

describe("what is not known", () => {
  const { error: zodError } = inputs.getSession.safeParse({});
  test.each([
    ["an error", new Error("select * from sessions failed at /srv/adjourn/x.js")],
    ["text", "select * from sessions"],
    ["nothing", undefined],
    ["a validation of our own that failed", zodError],
    ["one that tRPC wrapped", new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause: new Error("select") })],
    ["a result of ours that was wrong", new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause: zodError })],
  ])("shows nothing but a request id: %s", (_, error) => {
    const { retryAfterSeconds: _retry, ...shown } = toRefusal(error, "request-1");
    expect(shown).toEqual({
      code: "INTERNAL_ERROR",
      status: 500,
      message: "Internal server error",
      details: { requestId: "request-1" },
    });
  });

  test("has the same request id in the answer and in the log, even where none was given", () => {
    const error = new Error("unexpected");
    expect(toRefusal(error).details).toEqual(toRefusal(error).details);
    expect(toRefusal(error).details).not.toEqual(toRefusal(new Error("another")).details);
  });
});

test("the document's own example comes out as it stands there", () => {
  const { message, code, details } = toRefusal(sessionNotFound("abc-123"));
  expect({ error: message, code, details }).toEqual({
    error: "Session not found",
    code: "SESSION_NOT_FOUND",
    details: { sessionId: "abc-123" },
  });
});
