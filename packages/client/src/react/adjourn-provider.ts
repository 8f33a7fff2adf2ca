"use client";

import { createContext, createElement, type ReactElement, type ReactNode, useContext } from "react";
import type { AdjournClient } from "../create-client.js";

const AdjournContext = createContext<AdjournClient | null>(null);

export interface AdjournProviderProps {
  /** From `createClient`, made once. Whoever made it closes it. */
  readonly client: AdjournClient;
  readonly children?: ReactNode;
}

/** Gives the client to `useSession` in the components below. */
export const AdjournProvider = ({ client, children }: AdjournProviderProps): ReactElement =>
  createElement(AdjournContext.Provider, { value: client }, children);

export const useAdjournClient = (): AdjournClient => {
  const client = useContext(AdjournContext);
  if (!client) throw new Error("useSession needs an <AdjournProvider client={…}> above it");
  return client;
};
