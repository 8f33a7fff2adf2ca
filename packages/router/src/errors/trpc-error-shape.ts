import type { SessionError } from "@adjourn/sessions";
import { TRPCError } from "@trpc/server";
import { TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc";
import { errorTable } from "./error-codes.js";
import { type Refusal, toRefusal } from "./refusal.js";

/** The form of an error on every tRPC wire. */
export const trpcErrorShape = (error: unknown, requestId: string | undefined, path: string | undefined) =>
  refusalShape(toRefusal(error, requestId), path);

export const refusalShape = (
  { code, status, message, details }: Omit<Refusal, "retryAfterSeconds">,
  path: string | undefined,
) => {
  const trpcCode = errorTable[code].trpc;
  return {
    message,
    code: TRPC_ERROR_CODES_BY_KEY[trpcCode],
    data: { code: trpcCode, httpStatus: status, path, session: { code, details } },
  };
};

export const toTrpcError = (cause: SessionError): TRPCError =>
  new TRPCError({ code: errorTable[cause.code].trpc, message: cause.message, cause });
