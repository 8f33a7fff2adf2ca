import { APICallError, RetryError } from "ai";

/**
 * What went wrong at the model's server, fit for a log: its status and its own code for it. Its sentences are left
 * out, since servers like to repeat the key or the prompt in them.
 */
export const describeModelFailure = (error: unknown, host: string): string => {
  if (RetryError.isInstance(error)) return describeModelFailure(error.lastError, host);
  if (APICallError.isInstance(error))
    return error.statusCode === undefined
      ? `The model's server ${host} could not be reached${inBrackets(readCode(error.cause))}`
      : `The model's server ${host} answered ${error.statusCode}${inBrackets(readCode(error.data))}`;
  if (!(error instanceof Error))
    return `The model at ${host} failed in mid-reply${inBrackets(readCode(error))}`;
  if (error.name === "AI_NoOutputGeneratedError") return `The model at ${host} gave an empty reply`;
  if (error.name.startsWith("AI_")) return `The model's server ${host} sent what is no chat completion`;
  return `The model at ${host} broke off its reply${inBrackets(readCode(error.cause))}`;
};

/** `code` or `type` of an error's body, or a system error's code; only plain words, which no key is. */
const readCode = (error: unknown): string | undefined => {
  if (typeof error !== "object" || error === null) return undefined;
  if ("error" in error) return readCode(error.error);
  const candidates = ["code" in error && error.code, "type" in error && error.type];
  return candidates.find(
    (candidate): candidate is string =>
      typeof candidate === "string" && /^([a-z_]{1,48}|[A-Z_]{1,48})$/.test(candidate),
  );
};

const inBrackets = (code: string | undefined): string => (code === undefined ? "" : ` (${code})`);
