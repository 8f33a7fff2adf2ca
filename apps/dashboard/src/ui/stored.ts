import type { z } from "zod";

/** A value kept in this browser; null where there is none, or none that the schema accepts. */
export const readStored = <Value>(key: string, schema: z.ZodType<Value>): Value | null => {
  try {
    return schema.parse(JSON.parse(window.localStorage.getItem(key) ?? "null"));
  } catch {
    // Storage may be forbidden, full or written by an older version.
    return null;
  }
};

/** Keeps a value in this browser. A browser that allows none goes without. */
export const writeStored = (key: string, value: unknown): void => {
  try {
    window.localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Stored values are a convenience, so a browser without storage goes without.
  }
};
