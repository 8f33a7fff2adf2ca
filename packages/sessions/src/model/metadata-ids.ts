import type { JsonObject } from "./session.js";

/** Metadata can't claim whose it is: these three are the session's to say. */
export const withoutIds = ({ sessionId: _, agentId: __, userId: ___, ...rest }: JsonObject): JsonObject =>
  rest;
