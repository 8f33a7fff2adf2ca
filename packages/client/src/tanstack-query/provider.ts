"use client";

import type { createTRPCContext } from "@trpc/tanstack-react-query";
import { createContext, createElement, useContext, useMemo } from "react";
import type { AppRouter } from "../app-router.js";

// Named, since an inferred type would be written out in full in the declarations. The values are ours and not those of
// `createTRPCContext`, so that a page which uses only the client does not load the options of every operation.
export type Context = ReturnType<typeof createTRPCContext<AppRouter>>;
type Provided = Pick<Parameters<Context["TRPCProvider"]>[0], "trpcClient" | "queryClient" | "keyPrefix">;

const ProvidedContext = createContext<Provided | null>(null);

/** What the nearest `TRPCProvider` provides. Throws without one; `hook` is named in the error. */
export const useProvided = (hook: string): Provided => {
  const provided = useContext(ProvidedContext);
  if (!provided) throw new Error(`${hook}() can only be used inside of a <TRPCProvider>`);
  return provided;
};

/** Provides a client (`createClient(…).trpc`) and the cache of TanStack Query to the components below it. */
export const TRPCProvider: Context["TRPCProvider"] = ({ trpcClient, queryClient, keyPrefix, children }) => {
  const value = useMemo(() => ({ trpcClient, queryClient, keyPrefix }), [trpcClient, queryClient, keyPrefix]);
  return createElement(ProvidedContext.Provider, { value }, children);
};

/** The client itself, for calls outside the cache. */
export const useTRPCClient: Context["useTRPCClient"] = () => useProvided("useTRPCClient").trpcClient;
