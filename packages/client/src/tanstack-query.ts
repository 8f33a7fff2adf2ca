"use client";

import type { AppRouter } from "@adjourn/router";
import { createTRPCContext } from "@trpc/tanstack-react-query";

const context = createTRPCContext<AppRouter>();

/** Gives the pages below it a client (`createClient(…).trpc`) and TanStack Query's cache. */
export const TRPCProvider = context.TRPCProvider;
/** Query, mutation and subscription options of every operation: `useQuery(useTRPC().listAgents.queryOptions())`. */
export const useTRPC = context.useTRPC;
/** The bare client, for calls outside the cache. */
export const useTRPCClient = context.useTRPCClient;
