import { TRPCClientError } from "@trpc/client";
import type { AppRouter } from "./app-router.js";

type ErrorData = NonNullable<TRPCClientError<AppRouter>["data"]>;

/** `code` is the same as in REST. `details` contains what a program needs to react. */
export type ClientSessionError = ErrorData["session"];
export type SessionErrorCode = ClientSessionError["code"];
export type SessionErrorDetails = ClientSessionError["details"];

interface SessionErrorOptions {
  readonly details?: SessionErrorDetails | undefined;
  readonly cause?: unknown;
}

/**
 * What every call of this client fails with. `NO_ANSWER`: no Adjourn server answered, and `cause` says why. Any other code
 * is the server's.
 */
export class SessionError extends TRPCClientError<AppRouter> {
  override readonly name = "SessionError";
  readonly details: SessionErrorDetails;

  constructor(
    readonly code: SessionErrorCode | "NO_ANSWER",
    message: string,
    { details = {}, cause }: SessionErrorOptions = {},
  ) {
    const trpcError = cause instanceof TRPCClientError ? (cause as TRPCClientError<AppRouter>) : null;
    const reason: unknown = trpcError ? trpcError.cause : cause;
    super(message, {
      ...(reason instanceof Error ? { cause: reason } : {}),
      ...(trpcError?.shape ? { result: { error: trpcError.shape } } : {}),
      ...(trpcError?.meta ? { meta: trpcError.meta } : {}),
    });
    // tRPC's constructor sets its own prototype.
    Object.setPrototypeOf(this, SessionError.prototype);
    this.details = details;
  }
}

/** The server's error; undefined if the server did not answer or the error is not this client's. */
export const sessionErrorOf = (error: unknown): ClientSessionError | undefined => {
  if (error instanceof SessionError) {
    const { code, details } = error;
    return code === "NO_ANSWER" ? undefined : { code, details };
  }
  if (!(error instanceof TRPCClientError)) return undefined;
  // Adjourn's error formatter made this data; the checks below reject that of any other server.
  const data = error.data as Partial<ErrorData> | null | undefined;
  return typeof data?.session?.code === "string" ? data.session : undefined;
};

export const toSessionError = (error: unknown): SessionError => {
  if (error instanceof SessionError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const refusal = sessionErrorOf(error);
  return new SessionError(refusal?.code ?? "NO_ANSWER", message, { details: refusal?.details, cause: error });
};
