import { appRouter, type Context } from "@adjourn/router";
import { getErrorShape, getTRPCErrorFromUnknown } from "@trpc/server";
import { type Entry, fieldsOf } from "./trpc-entry.js";

/** An error answer in tRPC's own format. */
export const refusalText = (
  { id, path, message }: Pick<Entry, "id" | "path" | "message">,
  refusal: Error,
  context?: Context,
): string => {
  const error = getErrorShape({
    config: appRouter._def._config,
    error: getTRPCErrorFromUnknown(refusal),
    type: "unknown",
    path,
    input: undefined,
    ctx: context,
  });
  const { jsonrpc } = fieldsOf(message);
  return JSON.stringify({ id, jsonrpc: jsonrpc === "2.0" ? jsonrpc : undefined, error });
};
