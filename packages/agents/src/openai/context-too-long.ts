import type { ModelError } from "./read-model-error.js";

/** How servers report that a conversation exceeds the context window; each comment names servers that use the wording. */
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

/** A rate limit resets by itself, unless this single request exceeds it. */
const tooLargeForLimit = /request too large/i;

/** Whether an error says that the conversation is too long. `status` is the HTTP status, if it is an error status. */
export const isContextTooLong = ({ code = "", message }: ModelError, status: number | undefined): boolean => {
  const wordings = status === 429 ? [tooLargeForLimit] : contextTooLong;
  return wordings.some((wording) => wording.test(code) || wording.test(message.slice(0, 2_000)));
};
