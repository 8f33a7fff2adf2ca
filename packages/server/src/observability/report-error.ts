import { toRefusal } from "@adjourn/router";
import type { Logger } from "pino";

/** Logs the cause of a server error, which the caller does not see. */
export type ReportError = (
  error: unknown,
  where: { readonly path?: string | undefined; readonly requestId?: string | undefined },
) => void;

export const createReportError =
  (logger: Logger): ReportError =>
  (error, { path, requestId }) => {
    const { code, status, details } = toRefusal(error, requestId);
    if (status < 500) return;
    const entry = { code, path, requestId: details.requestId ?? requestId, error };
    if (code === "INTERNAL_ERROR") logger.error(entry, "An unexpected error");
    else logger.warn(entry, "A call failed");
  };
