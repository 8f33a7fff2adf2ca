import { inputs } from "@adjourn/sessions";
import { operation } from "../../operation.js";

/** Adds the session's own token if keys are configured. */
export const createSession = operation(inputs.createSession, async (ctx, input) => {
  const session = await ctx.sessions.createSession(input);
  if (!ctx.credentials.inUse) return session;
  return { ...session, token: await ctx.credentials.sessionToken(session.sessionId) };
});
