"use client";

import { createTRPCContext } from "@trpc/tanstack-react-query";
import type { AppRouter } from "./app-router.js";

// Named, since an inferred type would be written out in full in the declarations.
type Context = ReturnType<typeof createTRPCContext<AppRouter>>;

const context: Context = createTRPCContext<AppRouter>();

/** Provides a client (`createClient(…).trpc`) and the cache of TanStack Query to the components below it. */
export const TRPCProvider: Context["TRPCProvider"] = context.TRPCProvider;
/** Query, mutation and subscription options of every operation: `useQuery(useTRPC().listAgents.queryOptions())`. */
export const useTRPC: Context["useTRPC"] = context.useTRPC;
/** The client itself, for calls outside the cache. */
export const useTRPCClient: Context["useTRPCClient"] = context.useTRPCClient;
