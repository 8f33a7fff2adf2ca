"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";
import type { EndingCause, ListFilter } from "../lists/records";

const causes: readonly EndingCause[] = ["requested", "bulk", "expired", "max_duration", "blocked"];
/** Changes of one filter that follow each other this closely, as in typing, are one step of the history. */
const oneStepMs = 1_500;
let lastStep = { at: 0, names: "", address: "" };

/** The list's filter, kept in the URL and the browser's history. The API validates it. */
export const useUrlFilter = () => {
  const params = useSearchParams();
  const path = usePathname();
  const filter = useMemo<ListFilter>(
    () => ({
      agentId: params.get("agentId")?.trim() || undefined,
      userId: params.get("userId")?.trim() || undefined,
      search: params.get("search")?.trim().slice(0, 128) || undefined,
      q: params.get("q")?.trim().slice(0, 200) || undefined,
      sort: params.get("sort") === "expiresAt" ? "expiresAt" : undefined,
      cause: causes.find((cause) => cause === params.get("cause")),
    }),
    [params],
  );
  const setFilter = useCallback(
    (change: Partial<Record<keyof ListFilter, string | undefined>>) => {
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
  const isFiltered = Object.entries(filter).some(([name, value]) => name !== "sort" && value !== undefined);
  return { filter, setFilter, isFiltered };
};
