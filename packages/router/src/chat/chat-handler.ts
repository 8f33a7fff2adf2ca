import { inputs, validationError } from "@adjourn/sessions";
import { resumeUiReply, streamUiReply } from "@adjourn/transports";
import { requireAccess } from "../access.js";
import type { Context } from "../context.js";
import { subscriberCredential } from "../credentials/subscriber-credential.js";
import { toRefusal } from "../errors/refusal.js";
import { createHandler, type RestHandler, type RestOptions, type Surface } from "../rest/handler.js";
import { parseInput, type RouteInput } from "../rest/parse-input.js";
import type { Wire } from "../rest/stream-message.js";
import { chatToSend } from "./chat-input.js";
import { chatRoutes, maxChatBytes } from "./chat-routes.js";
import { stopReplies } from "./stop-replies.js";
import { answerUiMessages } from "./ui-messages.js";

/** Serves the AI SDK's UI message stream below `/api/chat` (contract §10). */
export const createChatHandler = (options: RestOptions): RestHandler => createHandler(options, surface);

export const isChatPath = (path: string): boolean => path === "/api/chat" || path.startsWith("/api/chat/");

type Perform = (input: RouteInput, ctx: Context, wire: Wire) => Promise<void>;

const send: Perform = async (input, ctx, { response, refuse }) => {
  requireAccess("sendSessionMessage", ctx.principal, { sessionId: input.id });
  const parsed = parseInput(inputs.sendSessionMessage, parseInput(chatToSend, input));
  const stream = await ctx.sessions.streamSessionMessage(parsed);
  await streamUiReply(response, stream, (error) => refuse(error).message);
};

/** For a session that is gone there is nothing to resume; an error would put the client into its error state. */
const resume: Perform = async (input, ctx, { response }) => {
  const { sessionId } = parseInput(inputs.getSession, input);
  const hasReply = await unlessGone(() =>
    resumeUiReply(response, (sink) =>
      ctx.sessions.sessionEvents({ sessionId }, sink, subscriberCredential(ctx.principal)),
    ),
  );
  if (!hasReply) response.writeHead(204).end();
};

const stop: Perform = async (input, ctx, { response }) => {
  const { sessionId } = parseInput(inputs.getSession, input);
  await unlessGone(() => stopReplies(ctx.sessions, sessionId));
  response.writeHead(204).end();
};

const messages: Perform = (input, ctx, { response }) =>
  answerUiMessages(response, ctx.sessions, parseInput(inputs.getSession, input).sessionId);

const performs: ReadonlyMap<string, Perform> = new Map([
  [chatRoutes.send.path, send],
  [chatRoutes.resume.path, resume],
  [chatRoutes.messages.path, messages],
  [chatRoutes.stop.path, stop],
]);

const surface: Surface = {
  routes: Object.values(chatRoutes),
  maxBodyBytes: maxChatBytes,
  invalid: (issues) => validationError(...issues),
  perform: async ({ path }, input, ctx, wire) => performs.get(path)?.(input, ctx, wire),
};

/** @returns null if the session has ended, has expired or never existed */
const unlessGone = async <T>(work: () => Promise<T>): Promise<T | null> => {
  try {
    return await work();
  } catch (error) {
    const { code } = toRefusal(error);
    if (code === "SESSION_NOT_FOUND" || code === "SESSION_EXPIRED") return null;
    throw error;
  }
};
