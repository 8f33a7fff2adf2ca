import { SessionError, validationError } from "@adjourn/sessions";
import { callOperation } from "../call-operation.js";
import type { Context } from "../context.js";
import { type Refusal, toRefusal } from "../errors/refusal.js";
import type { Tool } from "./tools.js";

/** The result of a tool: the structured output, and the same JSON as text, or a refusal with its message as text. */
export interface ToolResult extends Record<string, unknown> {
  readonly content: { type: "text"; text: string }[];
  readonly structuredContent: Record<string, unknown>;
  readonly isError?: true;
}

/** Calls a tool's operation with the checks of every wire. A refusal is a result too; never rejects. */
export const callTool = async (
  tool: Tool,
  given: Readonly<Record<string, unknown>>,
  ctx: Context,
  refuse: (error: unknown) => Refusal = toRefusal,
): Promise<ToolResult> => {
  try {
    const { operation, input } = tool.toCall(given);
    requireOneTranscript(tool, given);
    const structuredContent = shownBy(tool, await callOperation(operation, ctx, input));
    return { content: [{ type: "text", text: JSON.stringify(structuredContent) }], structuredContent };
  } catch (error) {
    const { code, details, message } = refuse(error);
    const content = [{ type: "text" as const, text: message }];
    return { content, structuredContent: { code, details }, isError: true };
  }
};

/** A tool of several operations reads one of them; ids of two transcripts would leave one unread without a word. */
const requireOneTranscript = ({ operations }: Tool, { channelId, sessionId }: Given): void => {
  if (operations.length > 1 && (channelId === undefined) === (sessionId === undefined))
    throw validationError({ path: "channelId", message: "either channelId or sessionId is required" });
};

type Given = Readonly<Record<string, unknown>>;

/** The fields of a result that the tool's output has. */
const shownBy = ({ output }: Tool, result: unknown): Record<string, unknown> => {
  if (typeof result !== "object" || result === null)
    throw new SessionError("INTERNAL_ERROR", "The operation gave no object");
  const fields = Object.entries(result);
  return Object.fromEntries(fields.filter(([name, value]) => name in output.shape && value !== undefined));
};
