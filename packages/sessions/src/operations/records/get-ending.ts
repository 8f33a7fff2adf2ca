import type { ServiceContext } from "../../context.js";
import { toEnding } from "../../model/ending.js";
import { sessionNotFound } from "../../model/errors.js";
import type { Inputs, Outputs } from "../../schemas/index.js";

/** @throws SessionError `SESSION_NOT_FOUND` where the session lives, never existed, or its ending was deleted */
export const getEnding = async (
  { store }: ServiceContext,
  { sessionId }: Inputs["getEnding"],
): Promise<Outputs["getEnding"]> => {
  const [ending] = await store.readEndings([sessionId]);
  if (!ending) throw sessionNotFound(sessionId);
  return toEnding(ending);
};
