import { isRecord, parseJson } from "../json.js";

/** An error as a model server reports it. Never shown: `message` may quote the key or the conversation. */
export interface ModelError {
  /** The server's own code, such as `invalid_api_key`; letters and underscores, which no key consists of. */
  readonly code: string | undefined;
  readonly message: string;
}

/** The error in an answer, in any of the forms that servers use; null if there is none. */
export const readModelError = (answer: unknown): ModelError | null => {
  if (Array.isArray(answer)) return readModelError(answer[0]);
  if (!isRecord(answer)) return null;
  const { error } = answer;
  if (typeof error === "string" && error !== "") return { code: readCode(answer), message: error };
  if (isRecord(error)) return { code: readCode(error), message: readMessage(error) };
  const isError = answer.object === "error" || answer.type === "error";
  return isError ? { code: readCode(answer), message: readMessage(answer) } : null;
};

/** The error in the body of an answer with an error status. The body may have any form. */
export const readErrorBody = (body: string): ModelError => {
  const parsed = parseJson(body);
  const error = readModelError(parsed);
  if (error) return error;
  if (isRecord(parsed)) return { code: readCode(parsed), message: readMessage(parsed) };
  // The page of a proxy, or plain text.
  return { code: undefined, message: body };
};

const readMessage = ({ message, detail }: Record<string, unknown>): string => {
  if (typeof message === "string") return message;
  // FastAPI reports a list of problems.
  return typeof detail === "string" ? detail : Array.isArray(detail) ? JSON.stringify(detail) : "";
};

/** The most specific word; a number if there is no word. */
const readCode = ({ code, type, status, metadata }: Record<string, unknown>): string | undefined => {
  const words = [code, type, status, isRecord(metadata) ? metadata.error_type : undefined];
  const word = words.find(
    (one): one is string => typeof one === "string" && one !== "error" && /^[A-Za-z_]{1,48}$/.test(one),
  );
  return word ?? words.filter((one) => Number.isSafeInteger(one)).map(String)[0];
};
