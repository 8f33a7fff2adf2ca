import { inputs } from "@adjourn/sessions";
import { answerReconnect, subscribeOverSse } from "@adjourn/transports";
import { requireAccess } from "../access.js";
import { callOperation } from "../call-operation.js";
import type { Context } from "../context.js";
import { subscriberCredential } from "../credentials/subscriber-credential.js";
import { toRefusal } from "../errors/refusal.js";
import { answerCompressible, answerJson } from "./answer.js";
import { mayCompress } from "./compress-json.js";
import { exportChannel, exportEndings } from "./export/export-records.js";
import { parseInput, type RouteInput } from "./parse-input.js";
import { readChannelId } from "./read-session.js";
import type { Route } from "./routes.js";
import { streamMessage, type Wire } from "./stream-message.js";

/** Calls the operation and answers with its result. Four operations stream their answers. */
export const perform = async (route: Route, input: RouteInput, ctx: Context, wire: Wire): Promise<void> => {
  const { response, dialect } = wire;
  if (route.operation === "sessionEvents") return listen(input, ctx, wire);
  if (route.operation === "exportChannel") return exportChannel(input, ctx, wire);
  if (route.operation === "exportEndings") return exportEndings(input, ctx, wire);
  if (route.operation === "sendSessionMessage" && asksForStream(input))
    return stream(route, input, ctx, wire);
  const channelId = showsChannel(route, dialect) ? await readChannelId(ctx, input.sessionId) : null;
  const result = await callOperation(route.operation, ctx, input);
  const body = dialect.successBody(route.operation, show(result, route.shows), { input, channelId });
  if (body === undefined) response.writeHead(route.status).end();
  else if (mayCompress([route.operation])) await answerCompressible(response, route.status, body);
  else answerJson(response, route.status, body);
};

/** It is read before the message is sent, since the channel may be erased when the answer is ready. */
const showsChannel = ({ operation }: Route, dialect: Wire["dialect"]): boolean =>
  dialect.showsChannel && operation === "sendSessionMessage";

const asksForStream = ({ transport, mode }: RouteInput): boolean =>
  transport === "sse" || (transport === undefined && mode === "stream");

const listen = async (input: RouteInput, ctx: Context, { response, isDraining }: Wire): Promise<void> => {
  requireAccess("sessionEvents", ctx.principal, input);
  const parsed = parseInput(inputs.sessionEvents, input);
  try {
    await subscribeOverSse(response, (sink) =>
      ctx.sessions.sessionEvents(parsed, sink, subscriberCredential(ctx.principal)),
    );
  } catch (error) {
    if (!isDraining() || toRefusal(error).code !== "SERVICE_UNAVAILABLE") throw error;
    answerReconnect(response);
  }
};

const stream = async (route: Route, input: RouteInput, ctx: Context, wire: Wire): Promise<void> => {
  requireAccess("sendSessionMessage", ctx.principal, input);
  const parsed = parseInput(inputs.sendSessionMessage, input);
  const channelId = showsChannel(route, wire.dialect) ? await readChannelId(ctx, input.sessionId) : null;
  await streamMessage(wire, await ctx.sessions.streamSessionMessage(parsed), channelId);
};

const show = (result: unknown, fields: readonly string[] | undefined): unknown => {
  if (fields === undefined) return result;
  const all = result as Readonly<Record<string, unknown>>;
  const shown: Record<string, unknown> = {};
  for (const field of fields) shown[field] = all[field];
  return shown;
};
