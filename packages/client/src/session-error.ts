import type { AppRouter } from "@adjourn/router";
import { TRPCClientError } from "@trpc/client";

type ErrorData = NonNullable<TRPCClientError<AppRouter>["data"]>;

/** `code` is the same as in REST. `details` contains what a program needs to react. */
export type ClientSessionError = ErrorData["session"];
export type SessionErrorCode = ClientSessionError["code"];

/** The server's error; undefined if the server did not answer or the error is not tRPC's. */
export const sessionErrorOf = (error: unknown): ClientSessionError | undefined => {
  if (!(error instanceof TRPCClientError)) return undefined;
  // Adjourn's error formatter made this data; the checks below reject that of any other server.
  const data = error.data as Partial<ErrorData> | null | undefined;
  return typeof data?.session?.code === "string" ? data.session : undefined;
};
