import { validationError } from "../model/errors.js";
import type { PagePosition, SessionOrder } from "../ports/index.js";

/** The order that a cursor without a name belongs to. */
type Order = SessionOrder | "endedAt";
const isUnnamed = (order: Order): boolean => order !== "expiresAt";

/** An opaque cursor for the last row of a page: base64url of `[time, id]`, followed by the order unless it is by creation or end. */
export const encodeCursor = ({ time, id }: PagePosition, order: Order): string =>
  btoa(JSON.stringify(isUnnamed(order) ? [time, id] : [time, id, order]))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** @throws SessionError `VALIDATION_ERROR` for a malformed cursor, or one of another order */
export const decodeCursor = (cursor: string | undefined, order: Order): PagePosition | undefined => {
  if (cursor === undefined) return undefined;
  const position = read(cursor, order);
  if (!position) throw validationError({ path: "cursor", message: "is not a cursor of this list" });
  return position;
};

const read = (cursor: string, order: Order): PagePosition | null => {
  try {
    const parsed: unknown = JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")));
    if (!Array.isArray(parsed) || parsed.length !== (isUnnamed(order) ? 2 : 3)) return null;
    if (!isUnnamed(order) && parsed[2] !== order) return null;
    const [time, id]: unknown[] = parsed;
    return Number.isSafeInteger(time) && typeof id === "string" && id.length <= 128 && !id.includes("\0")
      ? { time: time as number, id }
      : null;
  } catch {
    return null;
  }
};
