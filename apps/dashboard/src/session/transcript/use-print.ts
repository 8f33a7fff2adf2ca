"use client";

import { useCallback, useEffect, useState } from "react";
import { inBackground } from "../../live/in-background";

const nextFrame = () => new Promise(requestAnimationFrame);

/** Prints the page once all of it is there, by the button that calls `print` and by the browser's own shortcut. */
export const usePrint = (loadAll: () => Promise<unknown>) => {
  const [isPreparing, setIsPreparing] = useState(false);
  const print = useCallback(() => {
    const run = async () => {
      setIsPreparing(true);
      // What could not be loaded is named as missing on paper.
      await loadAll().catch(() => {});
      setIsPreparing(false);
      // Two frames, so that the loaded messages are rendered.
      await nextFrame();
      await nextFrame();
      window.print();
    };
    inBackground(run());
  }, [loadAll]);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "p" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
      event.preventDefault();
      print();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [print]);
  return { print, isPreparing };
};
