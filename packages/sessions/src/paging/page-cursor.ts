import { validationError } from "../model/errors.js";
import type { PagePosition } from "../ports/index.js";

/** An opaque cursor for the last row of a page: base64url of `[time, id]`. */
export const encodeCursor = ({ time, id }: PagePosition): string =>
  btoa(JSON.stringify([time, id]))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** @throws SessionError `VALIDATION_ERROR` for a malformed cursor */
export const decodeCursor = (cursor: string | undefined): PagePosition | undefined => {
  if (cursor === undefined) return undefined;
  const position = read(cursor);
  if (!position) throw validationError({ path: "cursor", message: "is not a cursor of this list" });
  return position;
};

const read = (cursor: string): PagePosition | null => {
  try {
    const parsed: unknown = JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")));
    if (!Array.isArray(parsed) || parsed.length !== 2) return null;
    const [time, id]: unknown[] = parsed;
    return Number.isSafeInteger(time) && typeof id === "string" && id.length <= 128 && !id.includes("\0")
      ? { time: time as number, id }
      : null;
  } catch {
    return null;
  }
};
