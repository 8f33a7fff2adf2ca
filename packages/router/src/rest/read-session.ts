import type { Context } from "../context.js";
import { queries } from "../operations.js";
import { checkInput } from "../requests/check-input.js";

const { getSession, getEnding } = queries;

/** A session as `getSession` shows it to this caller; null if it does not. The operation that needs it reports the error. */
export const readSession = (ctx: Context, sessionId: unknown) =>
  readOwn(ctx, sessionId, (input) => getSession.run(ctx, getSession.input.parse(input)));

/** The channel of a session, also after its end, since a repeated send is answered then too. Null as above. */
export const readChannelId = async (ctx: Context, sessionId: unknown): Promise<string | null> => {
  const session =
    (await readSession(ctx, sessionId)) ??
    (await readOwn(ctx, sessionId, (input) => getEnding.run(ctx, getEnding.input.parse(input))));
  return session?.channelId ?? null;
};

const readOwn = async <Result>(
  { principal }: Context,
  sessionId: unknown,
  read: (input: { readonly sessionId: string }) => Result | Promise<Result>,
): Promise<Result | null> => {
  try {
    const input = { sessionId: String(sessionId) };
    checkInput("getSession", principal, input);
    return await read(input);
  } catch {
    return null;
  }
};
