import { inputs } from "@adjourn/sessions";
import { procedure } from "../trpc.js";

/** Adds the session's own token if keys are configured. */
export const createSession = procedure.input(inputs.createSession).mutation(async ({ ctx, input }) => {
  const session = await ctx.sessions.createSession(input);
  if (!ctx.credentials.inUse) return session;
  return { ...session, token: await ctx.credentials.sessionToken(session.sessionId) };
});
