"use client";

import { useState } from "react";

/** The returned function gives the focus back to what has it now, or to the page's content if that is gone or `isGone`. */
export const rememberFocus = () => {
  const from = document.activeElement;
  return (isGone = false): void => {
    const isThere = from instanceof HTMLElement && from.isConnected && !isGone;
    (isThere ? from : document.getElementById("content"))?.focus({ preventScroll: true });
  };
};

/** {@link rememberFocus} of the first rendering. */
export const useFocusReturn = () => {
  const [giveBack] = useState(rememberFocus);
  return giveBack;
};
