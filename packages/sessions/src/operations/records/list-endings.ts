import type { ServiceContext } from "../../context.js";
import { toEnding } from "../../model/ending.js";
import { decodeCursor, encodeCursor } from "../../paging/page-cursor.js";
import type { Inputs, Outputs } from "../../schemas/index.js";
import { toListFilter } from "../sessions/list-filter.js";

/** Newest first. @throws SessionError `VALIDATION_ERROR` for a malformed cursor, or one of another list */
export const listEndings = async (
  { store }: ServiceContext,
  { limit, cursor, ...input }: Inputs["listEndings"],
): Promise<Outputs["listEndings"]> => {
  const after = decodeCursor(cursor, "endings.endedAt");
  const filter = { ...toListFilter(input), cause: input.cause, actor: input.actor };
  const page = await store.listEndings(filter, { limit, after });
  return {
    endings: page.endings.map(toEnding),
    ...(page.next ? { nextCursor: encodeCursor(page.next, "endings.endedAt") } : {}),
  };
};
