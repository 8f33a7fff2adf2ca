import { toIso } from "@adjourn/sessions";
import { z } from "zod";
import { inputlessOperation } from "../../operation.js";

export const issuedTicket = z.object({ ticket: z.string(), expiresAt: z.iso.datetime() });

export const issueTicket = inputlessOperation(async (ctx): Promise<z.output<typeof issuedTicket>> => {
  // A session's token is invalid once its session has ended, which only the store knows.
  if (ctx.principal.role === "session") await ctx.sessions.getSession({ sessionId: ctx.principal.sessionId });
  const { ticket, expiresAt } = await ctx.credentials.ticket(ctx.principal);
  return { ticket, expiresAt: toIso(expiresAt) };
});
