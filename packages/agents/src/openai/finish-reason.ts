import type { ReplyEnd } from "@adjourn/sessions";

/** The words that servers use; those of OpenAI first. */
const known: Readonly<Record<string, NonNullable<ReplyEnd["finishReason"]>>> = {
  stop: "stop",
  length: "length",
  content_filter: "content_filter",
  // Ollama, vLLM, text-generation-inference, and gateways to Anthropic and Google models.
  end_turn: "stop",
  stop_sequence: "stop",
  eos: "stop",
  eos_token: "stop",
  max_tokens: "length",
  model_length: "length",
  safety: "content_filter",
  recitation: "content_filter",
  refusal: "content_filter",
};

/** A server that ends its stream without a reason has finished. */
export const toFinishReason = (reason: string | undefined): NonNullable<ReplyEnd["finishReason"]> => {
  if (reason === undefined) return "stop";
  const word = reason.toLowerCase();
  return Object.hasOwn(known, word) ? (known[word] ?? "other") : "other";
};
