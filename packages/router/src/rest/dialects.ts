import type { Outputs } from "@adjourn/sessions";
import type { Refusal } from "../refusal.js";
import type { RestOperation } from "./routes.js";

export const dialectNames = ["documented", "elizaos"] as const;
export type DialectName = (typeof dialectNames)[number];

/** What differs between the two: how a refusal looks, and what a sent message is answered with. */
export interface Dialect {
  errorBody(refusal: Pick<Refusal, "code" | "message" | "details">): object;
  successBody(operation: RestOperation, result: unknown): unknown;
}

const documented: Dialect = {
  errorBody: ({ code, message, details }) => ({ error: message, code, details }),
  successBody: (_, result) => result,
};

/** The envelope of the ElizaOS 1.7 server, which its published client reads codes and replies from. */
const elizaos: Dialect = {
  errorBody: ({ code, message, details }) => ({ success: false, error: { code, message, details } }),
  successBody: (operation, result) =>
    operation === "sendSessionMessage" ? sentMessage(result as Outputs["sendSessionMessage"]) : result,
};

/** That client hands on `data` alone; others read the fields beside it. */
const sentMessage = ({ agentResponse, sessionStatus, ...userMessage }: Outputs["sendSessionMessage"]) => {
  const data = { userMessage, ...(agentResponse ? { agentResponse } : {}), sessionStatus };
  return { success: true, ...data, data };
};

export const dialects: Readonly<Record<DialectName, Dialect>> = { documented, elizaos };
