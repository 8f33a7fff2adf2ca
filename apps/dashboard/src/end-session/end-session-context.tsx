"use client";

import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { inBackground } from "../live/in-background";
import { loadLater } from "../ui/load-later";
import type { SessionToEnd } from "./session-to-end";

// Not part of the first load: it is there before a hand has moved to its button.
const loadDialog = () => import("./end-session-dialog").then((file) => file.EndSessionDialog);
const EndSessionDialog = loadLater(loadDialog, { onDemand: true });

/** After the first lists, which it would delay. */
const loadDialogAfterMs = 1_000;

interface OpenOptions {
  /** Called once the sessions have ended. */
  readonly done?: () => void;
  /** What the sessions were chosen from, as in "1,429 sessions of agent Billing". */
  readonly from?: string;
}

type OpenDialog = (sessions: readonly SessionToEnd[], options?: OpenOptions) => void;

const EndSessionContext = createContext<{ readonly open: OpenDialog; readonly isEnding: boolean }>({
  open: () => {},
  isEnding: false,
});

/** Opens the dialog that ends these sessions. */
export const useEndSession = (): OpenDialog => use(EndSessionContext).open;

/** Whether the dialog is open, or has closed and not yet given the focus back. */
export const useIsEnding = (): boolean => use(EndSessionContext).isEnding;

/** Renders the dialog above the lists, so that it outlives the row that it was opened from. */
export const EndSessionProvider = ({ children }: { readonly children: ReactNode }) => {
  const [asked, setAsked] = useState<{
    readonly sessions: readonly SessionToEnd[];
    readonly options: OpenOptions;
    readonly number: number;
  } | null>(null);
  const [isOpen, setIsOpen] = useState(false);
  const [hasFocus, setHasFocus] = useState(false);
  const openedFrom = useRef<Element | null>(null);

  useEffect(() => {
    const timer = setTimeout(() => inBackground(loadDialog()), loadDialogAfterMs);
    return () => clearTimeout(timer);
  }, []);

  const open = useCallback<OpenDialog>((sessions, options = {}) => {
    if (sessions.length === 0) return;
    openedFrom.current = document.activeElement;
    setAsked((before) => ({ sessions, options, number: (before?.number ?? 0) + 1 }));
    setIsOpen(true);
    setHasFocus(true);
  }, []);

  const returnFocus = () => {
    const from = openedFrom.current;
    // The button is gone with its row: the row that took its place, else the page's content, is the nearest that is left.
    const place =
      from instanceof HTMLElement && from.isConnected && from !== document.body
        ? from
        : (document.querySelector<HTMLElement>("tr[data-active]") ?? document.getElementById("content"));
    place?.focus({ preventScroll: true });
    setHasFocus(false);
  };
  const isEnding = isOpen || hasFocus;

  return (
    <EndSessionContext value={useMemo(() => ({ open, isEnding }), [open, isEnding])}>
      {children}
      {asked && (
        <EndSessionDialog
          key={asked.number}
          sessions={asked.sessions}
          from={asked.options.from}
          isOpen={isOpen}
          onOpenChange={setIsOpen}
          onDone={() => asked.options.done?.()}
          onClosed={returnFocus}
        />
      )}
    </EndSessionContext>
  );
};
