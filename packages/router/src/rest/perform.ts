import { inputs } from "@adjourn/sessions";
import { answerReconnect, subscribeOverSse } from "@adjourn/transports";
import type { z } from "zod";
import { requireAccess } from "../access.js";
import type { Context } from "../context.js";
import { subscriberCredential } from "../credentials/subscriber-credential.js";
import { invalidInput, toRefusal } from "../errors/refusal.js";
import { createCaller } from "../router.js";
import { answerJson } from "./answer.js";
import type { Route } from "./routes.js";
import { streamMessage, type Wire } from "./stream-message.js";

type Input = Readonly<Record<string, unknown>>;

/** Calls the procedure and answers with its result. Two operations stream their answers. */
export const perform = async (route: Route, input: Input, ctx: Context, wire: Wire): Promise<void> => {
  const { response, dialect } = wire;
  if (route.operation === "sessionEvents") return listen(input, ctx, wire);
  if (route.operation === "sendSessionMessage" && asksForStream(input))
    return stream(route, input, ctx, wire);
  // The procedure's schema validates the input, so its static type does not matter here.
  const channelId = await channelToShow(route, input, ctx, wire);
  const result: unknown = await createCaller(ctx)[route.operation](input as never);
  const body = dialect.successBody(route.operation, show(result, route.shows), { input, channelId });
  if (body === undefined) response.writeHead(route.status).end();
  else answerJson(response, route.status, body);
};

/** Read before the message is sent, since the session may have ended when the answer is ready. */
const channelToShow = async (
  { operation }: Route,
  { sessionId }: Input,
  ctx: Context,
  { dialect }: Wire,
): Promise<string | null> => {
  if (!dialect.showsChannel || operation !== "sendSessionMessage") return null;
  // The send itself reports any error.
  const session = await createCaller(ctx)
    .getSession({ sessionId: String(sessionId) })
    .catch(() => null);
  return session?.channelId ?? null;
};

const asksForStream = ({ transport, mode }: Input): boolean =>
  transport === "sse" || (transport === undefined && mode === "stream");

const listen = async (input: Input, ctx: Context, { response, isDraining }: Wire): Promise<void> => {
  requireAccess("sessionEvents", ctx.principal, input);
  const parsed = parse(inputs.sessionEvents, input);
  try {
    await subscribeOverSse(response, (writer) =>
      ctx.sessions.sessionEvents(parsed, writer, subscriberCredential(ctx.principal)),
    );
  } catch (error) {
    if (!isDraining() || toRefusal(error).code !== "SERVICE_UNAVAILABLE") throw error;
    answerReconnect(response);
  }
};

const stream = async (route: Route, input: Input, ctx: Context, wire: Wire): Promise<void> => {
  requireAccess("sendSessionMessage", ctx.principal, input);
  const parsed = parse(inputs.sendSessionMessage, input);
  const channelId = await channelToShow(route, input, ctx, wire);
  await streamMessage(wire, await ctx.sessions.streamSessionMessage(parsed), channelId);
};

const parse = <Schema extends z.ZodType>(schema: Schema, input: Input): z.output<Schema> => {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw invalidInput(parsed.error);
  return parsed.data;
};

const show = (result: unknown, fields: readonly string[] | undefined): unknown => {
  if (fields === undefined) return result;
  const all = result as Readonly<Record<string, unknown>>;
  return Object.fromEntries(fields.map((field) => [field, all[field]]));
};
