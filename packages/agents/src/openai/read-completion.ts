import { isRecord } from "../json.js";
import { ModelFailure } from "./model-failure.js";
import { readModelError } from "./read-model-error.js";

/** One part of a model server's answer. */
export type ModelPart =
  | { readonly type: "text"; readonly text: string }
  /** The model is thinking; the thoughts themselves are not kept. */
  | { readonly type: "thinking" }
  | { readonly type: "tool-call" }
  /** `reason` is the server's own word. */
  | { readonly type: "finish"; readonly reason: string }
  | { readonly type: "usage"; readonly inputTokens: number; readonly outputTokens: number };

/**
 * The parts of a chunk of a streamed completion or of a complete completion; null if the value is neither. Servers omit,
 * rename and repeat fields, so unknown ones are ignored.
 * A complete message counts only if `isFirst`, because some servers repeat the whole text at the end of a stream.
 * @throws ModelFailure if the value reports an error
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
  // Several choices are sent only on request (`n`); the first one is the reply.
  const choice = choices.find((one) => isRecord(one) && (one.index ?? 0) === 0);
  return isRecord(choice) ? [...readChoice(choice, isFirst), ...usage] : usage;
};

const readChoice = (choice: Readonly<Record<string, unknown>>, isFirst: boolean): readonly ModelPart[] => {
  const error = readModelError(choice);
  if (error) throw new ModelFailure("reported an error", error);
  const message = isRecord(choice.delta)
    ? choice.delta
    : isFirst && isRecord(choice.message)
      ? choice.message
      : {};
  const parts: ModelPart[] = [];
  if (isThinking(message)) parts.push({ type: "thinking" });
  // A refusal is the text that the model gives the user instead of an answer.
  const text = readContent(message.content) || readContent(message.refusal);
  if (text !== "") parts.push({ type: "text", text });
  if (isFilled(message.tool_calls) || isRecord(message.function_call)) parts.push({ type: "tool-call" });
  const reason = readFinishReason(choice.finish_reason) ?? readFinishReason(choice.finishReason);
  if (reason === "error") throw new ModelFailure("reported an error");
  if (reason !== undefined) parts.push({ type: "finish", reason });
  return parts;
};

/** Text, or a list of parts of which the text parts count. NUL is dropped, because no store accepts it. */
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

const isThinking = (message: Readonly<Record<string, unknown>>): boolean =>
  isFilled(message.reasoning_content) ||
  isFilled(message.reasoning) ||
  isFilled(message.reasoning_details) ||
  (Array.isArray(message.content) &&
    message.content.some((part) => isRecord(part) && part.type === "thinking"));

/** Some servers send an empty reason or the word "null" with every chunk before the last. */
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
