"use client";

import { createContext, type ReactNode, use, useCallback, useEffect, useRef, useState } from "react";
import { inBackground } from "../live/in-background";
import { loadLater } from "../ui/load-later";
import type { SessionToEnd } from "./end-session-dialog";

// Not part of the first load: it is there before a hand has moved to its button.
const loadDialog = () => import("./end-session-dialog").then((file) => file.EndSessionDialog);
const EndSessionDialog = loadLater(loadDialog, { onDemand: true });

/** After the first lists, which it would delay. */
const loadDialogAfterMs = 1_000;

type OpenDialog = (sessions: readonly SessionToEnd[], done?: () => void) => void;

const EndSessionContext = createContext<OpenDialog>(() => {});

/** Opens the dialog that ends these sessions. `done` is called once they have ended. */
export const useEndSession = (): OpenDialog => use(EndSessionContext);

/** Renders the dialog above the lists, so that it outlives the row that it was opened from. */
export const EndSessionProvider = ({ children }: { readonly children: ReactNode }) => {
  const [asked, setAsked] = useState<{
    readonly sessions: readonly SessionToEnd[];
    readonly done?: (() => void) | undefined;
    readonly number: number;
  } | null>(null);
  const [isOpen, setIsOpen] = useState(false);
  const openedFrom = useRef<Element | null>(null);

  useEffect(() => {
    const timer = setTimeout(() => inBackground(loadDialog()), loadDialogAfterMs);
    return () => clearTimeout(timer);
  }, []);

  const open = useCallback<OpenDialog>((sessions, done) => {
    if (sessions.length === 0) return;
    openedFrom.current = document.activeElement;
    setAsked((before) => ({ sessions, done, number: (before?.number ?? 0) + 1 }));
    setIsOpen(true);
  }, []);

  const returnFocus = () => {
    const from = openedFrom.current;
    // The button is gone with its row: the page's content is the nearest place that is left.
    const place = from instanceof HTMLElement && from.isConnected ? from : document.getElementById("content");
    place?.focus({ preventScroll: true });
  };

  return (
    <EndSessionContext value={open}>
      {children}
      {asked && (
        <EndSessionDialog
          key={asked.number}
          sessions={asked.sessions}
          isOpen={isOpen}
          onOpenChange={setIsOpen}
          onDone={() => asked.done?.()}
          onClosed={returnFocus}
        />
      )}
    </EndSessionContext>
  );
};
