import type { Ending, Message, SessionInfo } from "@adjourn/client";
import { sessionErrorOf } from "@adjourn/client";
import { command } from "../command.js";
import { json, sessionId } from "../options.js";
import { printableLines } from "../printable.js";
import { duration, facts } from "../table.js";
import type { Terminal } from "../terminal.js";

export const show = ({ client, write }: Terminal) =>
  command({
    meta: { name: "adjourn show", description: "Show a live session, or how it ended" },
    args: {
      id: sessionId,
      messages: { type: "boolean", description: "Its newest 50 messages too, oldest first" },
      json,
    },
    run: async ({ args: { id, messages: withMessages, json: asJson } }) => {
      const found = await find(client, id);
      const messages = withMessages
        ? await readMessages(client, (found.session ?? found.ending).channelId)
        : [];
      if (asJson) return write(`${JSON.stringify({ ...found, ...(withMessages ? { messages } : {}) })}\n`);
      write(facts(found.session ? factsOfSession(found.session) : factsOfEnding(found.ending)));
      for (const { isAgent, content } of messages)
        write(`${isAgent ? "agent" : "user"}: ${printableLines(content)}\n`);
    },
  });

type Client = Terminal["client"];
type Found =
  | { readonly session: SessionInfo; readonly ending: null }
  | { readonly session: null; readonly ending: Ending };

const find = async ({ trpc }: Client, id: string): Promise<Found> => {
  try {
    return { session: await trpc.getSession.query({ sessionId: id }), ending: null };
  } catch (error) {
    const code = sessionErrorOf(error)?.code;
    if (code !== "SESSION_NOT_FOUND" && code !== "SESSION_EXPIRED") throw error;
    return { session: null, ending: await trpc.getEnding.query({ sessionId: id }) };
  }
};

const readMessages = async ({ trpc }: Client, channelId: string): Promise<readonly Message[]> =>
  (await trpc.getChannelMessages.query({ channelId })).messages.reverse();

const factsOfSession = (session: SessionInfo) =>
  [
    ["session", session.sessionId],
    ["status", "active"],
    ["agent", session.agentId],
    ["user", session.userId],
    ["channel", session.channelId],
    ["created", session.createdAt],
    ["active", session.lastActivity],
    ["expires", `${session.expiresAt} (in ${duration(session.timeRemaining)})`],
    ["renewals", String(session.renewalCount)],
    ["metadata", JSON.stringify(session.metadata)],
  ] as const;

const factsOfEnding = (ending: Ending) =>
  [
    ["session", ending.sessionId],
    ["status", "ended"],
    ["agent", ending.agentId],
    ["user", ending.userId],
    ["channel", ending.channelId],
    ["created", ending.createdAt],
    ["ended", ending.endedAt],
    ["cause", ending.cause],
    ["by", `${ending.actor ?? ending.endedBy}${ending.via ? ` via ${ending.via}` : ""}`],
    ["reason", ending.reason ?? ""],
    ["messages", String(ending.messageCount)],
    ["dropped", `${ending.listenersDropped} listeners, ${ending.operationsAborted} pending operations`],
  ] as const;
