"use client";

import type { AppRouter } from "@adjourn/router";
import { createTRPCContext } from "@trpc/tanstack-react-query";

const context = createTRPCContext<AppRouter>();

/** Provides a client (`createClient(…).trpc`) and the cache of TanStack Query to the components below it. */
export const TRPCProvider = context.TRPCProvider;
/** Query, mutation and subscription options of every operation: `useQuery(useTRPC().listAgents.queryOptions())`. */
export const useTRPC = context.useTRPC;
/** The client itself, for calls outside the cache. */
export const useTRPCClient = context.useTRPCClient;
