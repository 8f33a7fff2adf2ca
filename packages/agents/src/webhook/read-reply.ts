import { createParser } from "eventsource-parser";
import { readBodyText } from "../http/read-body-text.js";
import { isRecord, parseJson } from "../json.js";

/** Bytes of the longest answer. */
const maxAnswerBytes = 1_048_576;

/** A webhook's answer is not usable. `message` gives the reason and contains nothing of the answer. */
export class UnusableAnswerError extends Error {
  override readonly name = "UnusableAnswerError";
}

/**
 * The pieces of the reply in a webhook's answer: JSON, an event stream or plain text, depending on its content type.
 * @throws UnusableAnswerError
 */
export const readWebhookReply = (response: Response): AsyncIterable<string> => {
  const contentType = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (contentType === "text/event-stream") return readEventStream(readText(response));
  if (contentType === "text/plain") return readText(response);
  if (contentType === "application/json" || contentType.endsWith("+json"))
    return readJson(readText(response));
  throw new UnusableAnswerError(
    "answered with another content type than JSON, an event stream or plain text",
  );
};

const readText = async function* ({ body }: Response): AsyncGenerator<string> {
  if (!body) return;
  const tooLong = () => new UnusableAnswerError("answered with more than 1 MiB");
  yield* readBodyText(body.getReader(), maxAnswerBytes, tooLong);
};

/** Bounds how often a growing text is parsed to find out whether it is complete. */
const maxParseAttempts = 100;

const readJson = async function* (chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let text = "";
  let attempts = 0;
  for await (const chunk of chunks) {
    text += chunk;
    if (!/}\s*$/.test(chunk) || attempts >= maxParseAttempts) continue;
    attempts += 1;
    if (contentOf(text) !== null) break;
  }
  const content = contentOf(text);
  if (content === null) throw new UnusableAnswerError('answered with JSON that has no "content" or "text"');
  yield content;
};

/** The data of each event is a piece, as text or JSON. `[DONE]` ends the reply before the end of the stream. */
const readEventStream = async function* (chunks: AsyncIterable<string>): AsyncGenerator<string> {
  const events: { readonly event?: string | undefined; readonly data: string }[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  const takePieces = function* (): Generator<string, "done" | "more"> {
    for (const { event = "message", data } of events.splice(0)) {
      if (event === "error") throw new UnusableAnswerError("reported an error in mid-reply");
      if (event !== "message") continue;
      if (data === "[DONE]") return "done";
      yield contentOf(data) ?? data;
    }
    return "more";
  };
  for await (const chunk of chunks) {
    parser.feed(chunk);
    if ((yield* takePieces()) === "done") return;
  }
  // The last event counts even if the empty line after it is missing.
  parser.feed("\n\n");
  yield* takePieces();
};

const contentOf = (text: string): string | null => {
  if (!text.trimStart().startsWith("{")) return null;
  const parsed = parseJson(text);
  if (!isRecord(parsed)) return null;
  if (typeof parsed.content === "string") return parsed.content;
  return typeof parsed.text === "string" ? parsed.text : null;
};
