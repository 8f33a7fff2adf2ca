import { ModelFailure, readModelError } from "./model-failure.js";

/** What a model's server says in its answer. */
export type ModelPart =
  | { readonly type: "text"; readonly text: string }
  /** The model is thinking; the thoughts themselves are not kept. */
  | { readonly type: "thinking" }
  | { readonly type: "tool-call" }
  /** `reason` is the server's own word. */
  | { readonly type: "finish"; readonly reason: string }
  | { readonly type: "usage"; readonly inputTokens: number; readonly outputTokens: number };

/**
 * The parts of one chunk of a streamed completion, or of a whole completion; null where it is neither. Servers leave
 * out, rename and repeat fields, so whatever can't be read is passed over.
 * A whole message counts only where it `isFirst`: some servers repeat all of the text at a stream's end.
 * @throws ModelFailure where it reports an error
 */
export const readCompletion = (
  value: unknown,
  { isFirst }: { readonly isFirst: boolean },
): readonly ModelPart[] | null => {
  if (!isRecord(value)) return null;
  const error = readModelError(value);
  if (error) throw new ModelFailure("reported an error", error);
  const usage = readUsage(value.usage);
  const { choices } = value;
  if (!Array.isArray(choices)) return usage.length > 0 || "choices" in value ? usage : null;
  // Several are sent only where `n` asks for them; the first is the reply.
  const choice = choices.find((one) => isRecord(one) && (one.index ?? 0) === 0);
  return isRecord(choice) ? [...readChoice(choice, isFirst), ...usage] : usage;
};

const readChoice = (choice: Record<string, unknown>, isFirst: boolean): readonly ModelPart[] => {
  const error = readModelError(choice);
  if (error) throw new ModelFailure("reported an error", error);
  const said = isRecord(choice.delta)
    ? choice.delta
    : isFirst && isRecord(choice.message)
      ? choice.message
      : {};
  const parts: ModelPart[] = [];
  if (isThinking(said)) parts.push({ type: "thinking" });
  // A refusal is what the model says to the user in place of an answer.
  const text = readContent(said.content) || readContent(said.refusal);
  if (text !== "") parts.push({ type: "text", text });
  if (isFilled(said.tool_calls) || isRecord(said.function_call)) parts.push({ type: "tool-call" });
  const reason = readFinishReason(choice.finish_reason) ?? readFinishReason(choice.finishReason);
  if (reason === "error") throw new ModelFailure("reported an error");
  if (reason !== undefined) parts.push({ type: "finish", reason });
  return parts;
};

/** Text, or a list of parts of which those that hold text count; NUL, which no store keeps, is dropped. */
const readContent = (content: unknown): string => {
  return Array.isArray(content) ? content.map(readContentPart).join("") : readContentPart(content);
};

const readContentPart = (part: unknown): string => {
  if (typeof part === "string") return part.replaceAll("\0", "");
  if (!isRecord(part) || typeof part.text !== "string") return "";
  return part.type === undefined || part.type === "text" || part.type === "output_text"
    ? part.text.replaceAll("\0", "")
    : "";
};

const isThinking = (said: Record<string, unknown>): boolean =>
  isFilled(said.reasoning_content) ||
  isFilled(said.reasoning) ||
  isFilled(said.reasoning_details) ||
  (Array.isArray(said.content) && said.content.some((part) => isRecord(part) && part.type === "thinking"));

/** Some servers send an empty reason, or the word "null", with every chunk before the last. */
const readFinishReason = (reason: unknown): string | undefined =>
  typeof reason === "string" && reason !== "" && reason !== "null" ? reason : undefined;

const readUsage = (usage: unknown): readonly ModelPart[] => {
  if (!isRecord(usage)) return [];
  const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = usage;
  return isCount(inputTokens) && isCount(outputTokens) ? [{ type: "usage", inputTokens, outputTokens }] : [];
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const isFilled = (value: unknown): boolean =>
  (typeof value === "string" || Array.isArray(value)) && value.length > 0;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
