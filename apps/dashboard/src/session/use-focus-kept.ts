"use client";

import { useEffect, useRef } from "react";

/** Passes the focus to the page's content when the end takes the button away that had it. */
export const useFocusKept = (isGone: boolean): void => {
  const wasGone = useRef(isGone);
  useEffect(() => {
    if (isGone && !wasGone.current && document.activeElement === document.body)
      document.getElementById("content")?.focus({ preventScroll: true });
    wasGone.current = isGone;
  }, [isGone]);
};
