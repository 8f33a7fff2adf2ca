import type { ServiceContext } from "../context.js";
import { toEnding } from "../model/ending.js";
import { decodeCursor, encodeCursor } from "../paging/page-cursor.js";
import type { Inputs, Outputs } from "../schemas/index.js";

/** Newest first. @throws SessionError `VALIDATION_ERROR` for a cursor that is none */
export const listEndings = async (
  { store }: ServiceContext,
  { limit, cursor, ...filter }: Inputs["listEndings"],
): Promise<Outputs["listEndings"]> => {
  const page = await store.listEndings(filter, { limit, after: decodeCursor(cursor) });
  return {
    endings: page.endings.map(toEnding),
    ...(page.next ? { nextCursor: encodeCursor(page.next) } : {}),
  };
};
