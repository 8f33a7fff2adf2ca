"use client";

export { TRPCProvider, useTRPCClient } from "./tanstack-query/provider.js";
export { useTRPC } from "./tanstack-query/use-trpc.js";
