"use client";

import { usePathname } from "next/navigation";
import { useCallback } from "react";

/** Changes of one filter that follow each other this closely, as in typing, are one step of the history. */
const oneStepMs = 1_500;
let lastStep = { at: 0, names: "", address: "" };

/** Writes parameters into the URL and the browser's history; those without a value are removed. */
export const useUrlChange = () => {
  const path = usePathname();
  return useCallback(
    (change: Readonly<Record<string, string | undefined>>) => {
      const next = new URLSearchParams(window.location.search);
      for (const [name, value] of Object.entries(change)) {
        if (value) next.set(name, value);
        else next.delete(name);
      }
      const query = next.toString();
      const address = query ? `${path}?${query}` : path;
      const step = { at: Date.now(), names: Object.keys(change).join(), address };
      // An entry of the history that the reader has gone back to is kept.
      const isSameStep =
        step.names === lastStep.names &&
        window.location.pathname + window.location.search === lastStep.address &&
        step.at - lastStep.at < oneStepMs;
      lastStep = step;
      window.history[isSameStep ? "replaceState" : "pushState"](null, "", address);
    },
    [path],
  );
};
