"use client";

import { type RefObject, useLayoutEffect, useRef } from "react";

interface Kept {
  /** Another value after each change of the page that may move the card; a window that is resized moves it too. */
  readonly change: string;
  /** The window was scrolled, so what is new above the card may be out of view. */
  readonly onScrolled: () => void;
}

/**
 * Keeps what is being read in its place on the screen when the page changes above it, while the pointer or the focus is in
 * `card`: scrolls the window, and by what that can't reach the box of the messages.
 */
export const useKeptInPlace = (card: RefObject<HTMLElement | null>, { change, onScrolled }: Kept): void => {
  const before = useRef<{ readonly top: number; readonly change: string } | null>(null);
  useLayoutEffect(() => {
    const element = card.current;
    if (!element) return;
    // Counted from the top of the page, wherever it is scrolled to.
    const top = element.getBoundingClientRect().top + window.scrollY;
    const moved = before.current && before.current.change !== change ? top - before.current.top : 0;
    before.current = { top, change };
    if (moved === 0 || !element.matches(":hover, :focus-within")) return;
    const scrolledTo = window.scrollY;
    window.scrollBy({ top: moved, behavior: "instant" });
    const scrolled = window.scrollY - scrolledTo;
    const box = element.querySelector("[data-messages]");
    if (box) box.scrollTop += moved - scrolled;
    if (scrolled !== 0) onScrolled();
  });
};
