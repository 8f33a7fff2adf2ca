import { validationError } from "../model/errors.js";
import type { PagePosition, SessionOrder } from "../ports/index.js";

/** A list with the time that it is ordered by. */
type ListOrder = `sessions.${SessionOrder}` | "endings.endedAt" | "blocks.blockedAt" | "deliveries.createdAt";

/** An opaque cursor for the last row of a page: base64url of `[time, id, order]`. */
export const encodeCursor = ({ time, id }: PagePosition, order: ListOrder): string =>
  btoa(JSON.stringify([time, id, order]))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** @throws SessionError `VALIDATION_ERROR` for a malformed cursor, or one of another list or order */
export const decodeCursor = (cursor: string | undefined, order: ListOrder): PagePosition | undefined => {
  if (cursor === undefined) return undefined;
  const position = read(cursor, order);
  if (!position) throw validationError({ path: "cursor", message: "is not a cursor of this list" });
  return position;
};

const read = (cursor: string, order: ListOrder): PagePosition | null => {
  try {
    const parsed: unknown = JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")));
    if (!Array.isArray(parsed) || parsed.length !== 3 || parsed[2] !== order) return null;
    const [time, id]: unknown[] = parsed;
    return Number.isSafeInteger(time) && typeof id === "string" && id.length <= 128 && !id.includes("\0")
      ? { time: time as number, id }
      : null;
  } catch {
    return null;
  }
};
