import type { JsonObject } from "./session.js";

/** Removes the three ids from caller-supplied metadata; the session determines them. */
export const withoutIds = ({ sessionId: _, agentId: __, userId: ___, ...rest }: JsonObject): JsonObject =>
  rest;
