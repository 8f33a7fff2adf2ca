"use client";

import { type RefObject, useLayoutEffect, useRef } from "react";

/**
 * Keeps what is being read in its place on the screen when the page changes above it, while the pointer or the focus is in
 * `card`: scrolls the window, and by what that can't reach the box of the messages. `change` is another value after each
 * change of the page that may move it; a window that is resized moves it too, and nothing is to be kept then.
 */
export const useKeptInPlace = (card: RefObject<HTMLElement | null>, change: string): void => {
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
    const box = element.querySelector("[data-messages]");
    if (box) box.scrollTop += moved - (window.scrollY - scrolledTo);
  });
};
