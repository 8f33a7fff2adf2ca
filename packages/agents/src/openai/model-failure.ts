import { describeConnectionFailure } from "../http/connection-failure.js";

/** What a model's server says of an error. `message` may quote the key or the conversation and is never shown. */
export interface ModelError {
  /** The server's own word for it, such as `invalid_api_key`; only plain words, which no key is. */
  readonly code: string | undefined;
  readonly message: string;
}

/** Why a model's server gave no reply. `predicate` ends a sentence about it and repeats nothing that it sent. */
export class ModelFailure extends Error {
  override readonly name = "ModelFailure";
  readonly isContextTooLong: boolean;

  constructor(predicate: string, error?: ModelError, status?: number) {
    const code = error?.code === String(status) ? undefined : error?.code;
    super(`${predicate}${code === undefined ? "" : ` (${code})`}`);
    this.isContextTooLong = status === 413 || (error !== undefined && saysContextTooLong(error, status));
  }
}

/** What went wrong at the model's server, fit for a log: no key, no header and no word of the conversation. */
export const describeModelFailure = (error: unknown, host: string): string =>
  `The model's server ${host} ${error instanceof ModelFailure ? error.message : describeConnectionFailure(error)}`;

/** The error that an answer holds, in the forms that servers give it; null where it holds none. */
export const readModelError = (answer: unknown): ModelError | null => {
  if (Array.isArray(answer)) return readModelError(answer[0]);
  if (!isRecord(answer)) return null;
  const { error } = answer;
  if (typeof error === "string" && error !== "") return { code: readCode(answer), message: error };
  if (isRecord(error)) return { code: readCode(error), message: readMessage(error) };
  const isError = answer.object === "error" || answer.type === "error";
  return isError ? { code: readCode(answer), message: readMessage(answer) } : null;
};

/** The same for the body of a refusal, which says so by its status and may have any form. */
export const readRefusal = (body: string): ModelError => {
  try {
    const parsed: unknown = JSON.parse(body);
    const refusal = readModelError(parsed);
    if (refusal) return refusal;
    if (isRecord(parsed)) return { code: readCode(parsed), message: readMessage(parsed) };
  } catch {
    // A proxy's page, or plain text.
  }
  return { code: undefined, message: body };
};

const readMessage = ({ message, detail }: Record<string, unknown>): string => {
  if (typeof message === "string") return message;
  return typeof detail === "string" ? detail : "";
};

/** The most telling word for it; a number where there is none. */
const readCode = ({ code, type, status, metadata }: Record<string, unknown>): string | undefined => {
  const words = [code, type, status, isRecord(metadata) ? metadata.error_type : undefined];
  const word = words.find(
    (one): one is string => typeof one === "string" && one !== "error" && /^[A-Za-z_]{1,48}$/.test(one),
  );
  return word ?? words.filter((one) => Number.isSafeInteger(one)).map(String)[0];
};

/** How servers say that a conversation is longer than the model can read; behind each, one that says it so. */
const contextTooLong: readonly RegExp[] = [
  /context[_ ](length|window|size)[_ ]exceeded|exceed_context_size/i, // OpenAI, Azure, Groq; llama.cpp
  /context ?window ?exceeded|context window exceeds/i, // LiteLLM; MiniMax
  /max(imum)? (context|model|prompt|input) length/i, // OpenAI, vLLM, OpenRouter, Mistral, Ollama, xAI
  /max_tokens must be at least 1, got -/i, // vLLM, if the prompt fills the context
  /(exceed(s|ed|ing)?|longer than|larger than|greater than|reached) (the |its )?(model's )?(available )?(context|input) (length|size|window)/i, // llama.cpp, LM Studio
  /context length of only|context the overflows/i, // LM Studio
  /(prompt|input|request) (is )?too (long|large)|request_too_large/i, // Anthropic, Bedrock, Ollama
  /(prompt|input) token count.{0,80}exceeds/i, // Gemini, Copilot
  /reduce (the length of )?(the |your )?(messages?|prompt|input)/i, // Groq
  /tokens?`? ?\+ ?`?max_(new_)?tokens`? must be/i, // TGI, Together
  /exceeded model token limit|too many (input )?tokens|exceeds max(imum)? length/i, // Kimi; Cohere; GLM
  /range of input length should be/i, // Qwen
];

/** A limit on requests or tokens passes by itself, unless this one request is more than it allows. */
const tooLargeForLimit = /request too large/i;

const saysContextTooLong = ({ code = "", message }: ModelError, status: number | undefined): boolean => {
  const wordings = status === 429 ? [tooLargeForLimit] : contextTooLong;
  return wordings.some((wording) => wording.test(code) || wording.test(message.slice(0, 2_000)));
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
