import { TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc";
import { errorTable } from "./error-codes.js";
import { toRefusal } from "./refusal.js";

/** The form of an error on every tRPC wire. */
export const trpcErrorShape = (error: unknown, requestId: string | undefined, path: string | undefined) => {
  const { code, status, message, details } = toRefusal(error, requestId);
  const trpcCode = errorTable[code].trpc;
  return {
    message,
    code: TRPC_ERROR_CODES_BY_KEY[trpcCode],
    data: { code: trpcCode, httpStatus: status, path, session: { code, details } },
  };
};
