"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";
import type { EndingCause, ListFilter } from "../lists/records";

const causes: readonly EndingCause[] = ["requested", "bulk", "expired", "max_duration", "blocked"];
const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

export const isUuid = (text: string): boolean => uuid.test(text);

/** The list's filter, kept in the URL so that it can be bookmarked and shared. The API validates it. */
export const useUrlFilter = () => {
  const params = useSearchParams();
  const path = usePathname();
  const filter = useMemo<ListFilter>(
    () => ({
      agentId: params.get("agentId")?.trim() || undefined,
      userId: params.get("userId")?.trim() || undefined,
      search: params.get("search")?.trim().slice(0, 128) || undefined,
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
      window.history.replaceState(null, "", query ? `${path}?${query}` : path);
    },
    [path],
  );
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  return { filter, setFilter, isFiltered };
};
