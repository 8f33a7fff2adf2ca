import { randomUUID } from "node:crypto";
import {
  type ErrorCode,
  type ErrorDetails,
  inputs,
  SessionError,
  StoreUnavailableError,
  type ValidationIssue,
  validationError,
} from "@adjourn/sessions";
import { TRPCError } from "@trpc/server";
import { ZodError, type ZodType } from "zod";
import { bodyTooLarge } from "../requests/body-limit.js";
import { codeOfTrpc, errorTable } from "./error-codes.js";

/** The parts of an error that a caller may see, the same on every wire. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly status: number;
  readonly message: string;
  readonly details: ErrorDetails;
  /** Whole seconds for `Retry-After`, if a later retry can succeed. */
  readonly retryAfterSeconds: number | null;
}

/**
 * Converts any error to a refusal. An unknown error becomes an `INTERNAL_ERROR` that shows only `details.requestId`. The
 * same error always gets the same request id, so that log and answer agree.
 */
export const toRefusal = (error: unknown, requestId?: string): Refusal => {
  const known = knownError(error);
  if (known) return fromSessionError(known);
  return {
    code: "INTERNAL_ERROR",
    status: errorTable.INTERNAL_ERROR.status,
    message: "Internal server error",
    details: { requestId: requestId ?? requestIdOf(error) },
    retryAfterSeconds: null,
  };
};

const fromSessionError = ({ code, message, details }: SessionError): Refusal => ({
  code,
  status: errorTable[code].status,
  message,
  details,
  retryAfterSeconds: retryAfter(code, details),
});

const retryAfter = (code: ErrorCode, details: ErrorDetails): number | null => {
  if (code !== "RATE_LIMITED" && code !== "SERVICE_UNAVAILABLE") return null;
  const { retryAfterSeconds } = details;
  return typeof retryAfterSeconds === "number" ? Math.max(1, Math.ceil(retryAfterSeconds)) : 1;
};

const knownError = (error: unknown): SessionError | null => {
  if (error instanceof SessionError) return error;
  if (error instanceof StoreUnavailableError)
    return new SessionError("SERVICE_UNAVAILABLE", "The service is not available at the moment");
  if (!(error instanceof TRPCError)) return null;
  const { cause, code } = error;
  if (cause instanceof SessionError || cause instanceof StoreUnavailableError) return knownError(cause);
  if (code === "BAD_REQUEST" && cause instanceof ZodError) return invalidInput(cause);
  if (code === "BAD_REQUEST" && cause instanceof SyntaxError) return invalidJson();
  return trpcsOwn(error);
};

/** One issue per invalid field, with its dotted path. */
export const invalidInput = (error: ZodError): SessionError => validationError(...issuesOf(error));

/** The issues of the address and the headers, followed by those that the operation's schema finds in the input. */
export const invalidEnvelope = (
  issues: readonly ValidationIssue[],
  operation: string,
  input: unknown,
): SessionError => {
  const named = new Set(issues.map(({ path }) => path));
  const parsed = schemas[operation]?.safeParse(input);
  const others = parsed?.error ? issuesOf(parsed.error) : [];
  return validationError(...issues, ...others.filter(({ path }) => !named.has(path)));
};

/** Operations without an input have no schema. */
const schemas: Readonly<Record<string, ZodType | undefined>> = inputs;

/** zod reports all unknown fields of an object as one issue at the object's path; here each field has its own. */
const issuesOf = ({ issues }: ZodError): readonly ValidationIssue[] =>
  issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({ path: [...issue.path, key].join("."), message: "unknown field" }))
      : [{ path: issue.path.join("."), message: issue.message }],
  );

export const invalidJson = (): SessionError => new SessionError("INVALID_JSON", "The body is not valid JSON");

const trpcsOwn = ({ code, message, cause }: TRPCError): SessionError | null => {
  const own = codeOfTrpc[code];
  if (own === undefined) return null;
  if (own === "INVALID_JSON") return invalidJson();
  if (own === "PAYLOAD_TOO_LARGE") return bodyTooLarge();
  // A cause's message could quote an internal path or query; tRPC's own messages do not.
  const safe = cause === undefined ? message : sentences[own];
  return own === "VALIDATION_ERROR"
    ? validationError({ path: "", message: safe ?? "Invalid request" })
    : new SessionError(own, sentences[own] ?? safe ?? own);
};

const sentences: Partial<Record<ErrorCode, string>> = {
  UNAUTHORIZED: "A valid key is required",
  FORBIDDEN: "Not allowed",
  NOT_FOUND: "Not found",
  METHOD_NOT_ALLOWED: "Method not allowed",
  UNSUPPORTED_MEDIA_TYPE: "The content type must be application/json",
  RATE_LIMITED: "Too many requests",
  SERVICE_UNAVAILABLE: "The service is not available at the moment",
};

const requestIds = new WeakMap<object, string>();

const requestIdOf = (error: unknown): string => {
  if (typeof error !== "object" || error === null) return randomUUID();
  const requestId = requestIds.get(error) ?? randomUUID();
  requestIds.set(error, requestId);
  return requestId;
};
