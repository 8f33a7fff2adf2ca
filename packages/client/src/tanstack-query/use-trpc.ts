"use client";

import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { useMemo } from "react";
import type { AppRouter } from "../app-router.js";
import { type Context, useProvided } from "./provider.js";

/** Query, mutation and subscription options of every operation: `useQuery(useTRPC().listAgents.queryOptions())`. */
export const useTRPC: Context["useTRPC"] = () => {
  const { trpcClient: client, queryClient, keyPrefix } = useProvided("useTRPC");
  return useMemo(
    () => createTRPCOptionsProxy<AppRouter>({ client, queryClient, keyPrefix }),
    [client, queryClient, keyPrefix],
  );
};
