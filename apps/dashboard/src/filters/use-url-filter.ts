"use client";

import { useSearchParams } from "next/navigation";
import { useMemo } from "react";
import type { Activity, EndingCause, ListFilter } from "../lists/records";
import { useUrlChange } from "./use-url-change";

const causes: readonly EndingCause[] = ["requested", "bulk", "expired", "max_duration", "blocked"];
const activities: readonly Activity[] = ["replying", "listened"];
/** Removes every filter, and leaves the order. */
export const noFilter = {
  agentId: undefined,
  userId: undefined,
  search: undefined,
  q: undefined,
  activity: undefined,
  cause: undefined,
  actor: undefined,
  from: undefined,
  to: undefined,
} as const satisfies Record<Exclude<keyof ListFilter, "sort">, undefined>;

export type SetFilter = (change: Partial<Record<keyof ListFilter, string | undefined>>) => void;

/** The list's filter, kept in the URL and the browser's history. The API validates it. */
export const useUrlFilter = () => {
  const params = useSearchParams();
  const setFilter: SetFilter = useUrlChange();
  const filter = useMemo<ListFilter>(
    () => ({
      agentId: params.get("agentId")?.trim() || undefined,
      userId: params.get("userId")?.trim() || undefined,
      search: params.get("search")?.trim().slice(0, 128) || undefined,
      q: params.get("q")?.trim().slice(0, 200) || undefined,
      activity: activities.find((activity) => activity === params.get("activity")),
      sort: params.get("sort") === "expiresAt" ? "expiresAt" : undefined,
      cause: causes.find((cause) => cause === params.get("cause")),
      actor: params.get("actor")?.trim().slice(0, 128) || undefined,
      from: params.get("from")?.trim() || undefined,
      to: params.get("to")?.trim() || undefined,
    }),
    [params],
  );
  const isFiltered = Object.entries(filter).some(([name, value]) => name !== "sort" && value !== undefined);
  return { filter, setFilter, isFiltered };
};
