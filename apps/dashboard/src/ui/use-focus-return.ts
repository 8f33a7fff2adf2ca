"use client";

import { useState } from "react";

/** Gives the focus back to what had it at the first rendering, or to the page's content if that is gone or `isGone`. */
export const useFocusReturn = () => {
  const [from] = useState(() => document.activeElement);
  return (isGone = false): void => {
    const isThere = from instanceof HTMLElement && from.isConnected && !isGone;
    (isThere ? from : document.getElementById("content"))?.focus({ preventScroll: true });
  };
};
