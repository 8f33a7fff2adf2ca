import type { QueryKey } from "@tanstack/react-query";
import type { ListFilter } from "./records";

export const sessionsKey = "sessions";
export const endingsKey = "endings";
export const blocksKey = "blocks";
export const deliveriesKey = "deliveries";
export const statisticsKey = "statistics";

/** A list's query key: kind, filter and page size. */
export const listKey = (kind: string, filter: ListFilter, pageSize: number) =>
  [kind, filter, pageSize] as const;

export const filterOfKey = (key: QueryKey): ListFilter => {
  const filter = key[1];
  return typeof filter === "object" && filter !== null ? filter : {};
};
