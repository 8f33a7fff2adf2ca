import type { Context } from "../context.js";
import { queries } from "../operations.js";
import { checkInput } from "../requests/check-input.js";

const { input: schema, run } = queries.getSession;

/** A session as `getSession` shows it to this caller; null if it does not. The operation that needs it reports the error. */
export const readSession = async (ctx: Context, sessionId: unknown) => {
  try {
    const input = { sessionId: String(sessionId) };
    checkInput("getSession", ctx.principal, input);
    return await run(ctx, schema.parse(input));
  } catch {
    return null;
  }
};
