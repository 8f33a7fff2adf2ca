import type { Domain } from "./domain.js";
import { toEnding } from "./ending.js";
import { sessionNotFound } from "./errors.js";
import type { Inputs, Outputs } from "./schemas.js";

/** @throws SessionError `SESSION_NOT_FOUND` where the session lives, never existed, or its ending was deleted */
export const getEnding = async (
  { store }: Domain,
  { sessionId }: Inputs["getEnding"],
): Promise<Outputs["getEnding"]> => {
  const [ending] = await store.readEndings([sessionId]);
  if (!ending) throw sessionNotFound(sessionId);
  return toEnding(ending);
};
