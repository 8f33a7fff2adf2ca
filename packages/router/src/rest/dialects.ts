import type { ErrorCode, Outputs } from "@adjourn/sessions";
import { SessionError } from "@adjourn/sessions";
import type { Refusal } from "../errors/refusal.js";
import { maxBodyBytes } from "../requests/body-limit.js";
import { type RestOperation, type Route, route, routes } from "./routes.js";

export const dialectNames = ["documented", "elizaos"] as const;
export type DialectName = (typeof dialectNames)[number];

type ShownError = Pick<Refusal, "code" | "message" | "details">;
type Message = Outputs["getSessionMessages"]["messages"][number];

/** The request that an answer belongs to, as far as a dialect shows it. */
export interface AnsweredRequest {
  readonly input: Readonly<Record<string, unknown>>;
  /** The channel of the session; null if the dialect does not show it or the session is gone. */
  readonly channelId: string | null;
}

/** The differences between the dialects. Both run the same operations. */
export interface Dialect {
  readonly routes: readonly Route[];
  readonly maxBodyBytes: number;
  /** Whether the answer to a send includes the channel, which the operation's result does not. */
  readonly showsChannel: boolean;
  errorBody(refusal: ShownError): object;
  /** The data of the `error` event at the end of a stream. */
  errorEvent(refusal: ShownError): object;
  /** The data of the `user_message` event at the start of a stream. */
  userMessage(message: Message, channelId: string | null): object;
  errorStatus(refusal: Pick<Refusal, "code" | "status">): number;
  /** Undefined for an answer without a body. */
  successBody(operation: RestOperation, result: unknown, request?: AnsweredRequest): unknown;
}

const documented: Dialect = {
  routes,
  maxBodyBytes,
  showsChannel: false,
  errorBody: ({ code, message, details }) => ({ error: message, code, details }),
  errorEvent: (refusal) => documented.errorBody(refusal),
  userMessage: (message) => message,
  errorStatus: ({ status }) => status,
  successBody: (_, result) => result,
};

/** The format of the ElizaOS 1.7 server, which its published client and older ones expect. */
const elizaos: Dialect = {
  routes: [
    ...routes.map((one) => (one.operation === "eraseChannel" ? { ...one, status: 204 as const } : one)),
    route("listAgents", {
      operationId: "getAgent",
      method: "GET",
      path: "/api/agents/{agentId}",
      shows: ["success", "data"],
    }),
  ],
  maxBodyBytes: 2 * 1_024 * 1_024,
  showsChannel: true,
  errorBody: ({ code, message, details }) => ({
    success: false,
    error: { code: elizaosCodes[code] ?? code, message, details, timestamp: new Date().toISOString() },
  }),
  errorEvent: ({ message }) => ({ error: message }),
  userMessage: (message, channelId) => withSnakeCase(message, channelId),
  errorStatus: ({ code, status }) => (code === "SESSION_RENEWAL_FAILED" ? 400 : status),
  successBody: (operation, result, { input, channelId } = { input: {}, channelId: null }) => {
    switch (operation) {
      case "sendSessionMessage":
        return sentMessage(result as Outputs["sendSessionMessage"], channelId);
      case "getChannelMessages":
        return { success: true, data: result };
      case "eraseChannel":
        return undefined;
      case "listAgents":
        return shownAgents(result as Outputs["listAgents"], input.agentId);
      default:
        return result;
    }
  },
};

const elizaosCodes: Partial<Record<ErrorCode, string>> = { RATE_LIMITED: "RATE_LIMIT_EXCEEDED" };

/** The published client returns `data` only; others read the fields beside it. */
const sentMessage = (
  { agentResponse, sessionStatus, ...message }: Outputs["sendSessionMessage"],
  channelId: string | null,
) => {
  const userMessage = withSnakeCase(message, channelId);
  const data = { userMessage, ...(agentResponse ? { agentResponse } : {}), sessionStatus };
  return { success: true, ...data, data };
};

const withSnakeCase = <Shown extends Pick<Message, "authorId" | "createdAt">>(
  message: Shown,
  channelId: string | null,
) => ({
  ...message,
  author_id: message.authorId,
  created_at: Date.parse(message.createdAt),
  ...(channelId === null ? {} : { channel_id: channelId }),
});

/** The agent with this id, or all agents, with the fields that agents have on that server. */
const shownAgents = ({ data }: Outputs["listAgents"], agentId: unknown) => {
  const agents = data.agents.map((agent) => ({ ...agent, characterName: agent.name, bio: "" }));
  if (agentId === undefined) return { success: true, data: { agents } };
  const found = agents.find(({ id }) => id === String(agentId).toLowerCase());
  if (!found) throw new SessionError("AGENT_NOT_FOUND", "Agent not found", { agentId });
  return { success: true, data: found };
};

export const dialects: Readonly<Record<DialectName, Dialect>> = { documented, elizaos };
