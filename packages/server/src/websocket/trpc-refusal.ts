import { appRouter } from "@adjourn/router";
import { getErrorShape, getTRPCErrorFromUnknown } from "@trpc/server";
import type { Entry } from "./trpc-entry.js";

/** An error answer in tRPC's own format. */
export const refusalText = ({ id, path }: Pick<Entry, "id" | "path">, refusal: Error): string => {
  const error = getErrorShape({
    config: appRouter._def._config,
    error: getTRPCErrorFromUnknown(refusal),
    type: "unknown",
    path,
    input: undefined,
    ctx: undefined,
  });
  return JSON.stringify({ id, error });
};
