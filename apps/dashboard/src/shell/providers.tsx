"use client";

import { createCallClient, sessionErrorOf } from "@adjourn/client";
import { TRPCProvider } from "@adjourn/client/tanstack-query";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { setNonce } from "get-nonce";
import { type ReactNode, useState } from "react";
import { EndSessionProvider } from "../end-session/end-session-context";
import { LiveProvider } from "../live/live-context";
import { reportSignedOut, SignedOut } from "../login/signed-out";
import { PaletteProvider } from "../palette/palette-provider";
import { AnnouncerProvider } from "../ui/announcer";

/** A call refused for want of a key means that the operator is signed out, in this tab or another. */
const onError = (error: unknown) => {
  if (sessionErrorOf(error)?.code === "UNAUTHORIZED" && typeof window !== "undefined") reportSignedOut();
};

const createQueryClient = () =>
  new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: { retry: false, refetchOnWindowFocus: true, staleTime: 5_000, networkMode: "always" },
      mutations: { networkMode: "always" },
    },
  });

interface ProvidersProps {
  readonly publicApiUrl: string;
  readonly nonce: string | undefined;
  readonly children: ReactNode;
}

export const Providers = ({ publicApiUrl, nonce, children }: ProvidersProps) => {
  const [queryClient] = useState(createQueryClient);
  const [{ trpc }] = useState(() => {
    // The dialog's scroll lock adds a style element, which the page's policy asks a nonce of.
    if (nonce !== undefined) setNonce(nonce);
    return { trpc: createCallClient({ url: "/api" }) };
  });
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={trpc} queryClient={queryClient}>
        <AnnouncerProvider>
          <LiveProvider publicApiUrl={publicApiUrl}>
            <EndSessionProvider>
              <PaletteProvider>{children}</PaletteProvider>
            </EndSessionProvider>
            <SignedOut />
          </LiveProvider>
        </AnnouncerProvider>
      </TRPCProvider>
    </QueryClientProvider>
  );
};
