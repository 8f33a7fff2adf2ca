import { createParser } from "eventsource-parser";
import { readBodyText } from "../http/read-body-text.js";

/** Bytes of the longest answer that is read. */
const longestAnswerBytes = 1_048_576;

/** What a webhook answered can't be used, for the reason that `message` gives; it repeats nothing of the answer. */
export class UnusableAnswerError extends Error {
  override readonly name = "UnusableAnswerError";
}

/** The pieces of the reply that a webhook's answer holds, by its content type: JSON, an event stream, or plain text. */
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
  yield* readBodyText(body.getReader(), longestAnswerBytes, tooLong);
};

/** Most attempts to parse JSON whose connection stays open. */
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

/** Each event's data is a piece: text, or JSON as an answer in one has it. `[DONE]` ends the reply before the stream does. */
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
  // A last event counts even where the empty line behind it is missing.
  parser.feed("\n\n");
  yield* takePieces();
};

const contentOf = (text: string): string | null => {
  if (!text.trimStart().startsWith("{")) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof parsed !== "object" || parsed === null) return null;
  if ("content" in parsed && typeof parsed.content === "string") return parsed.content;
  return "text" in parsed && typeof parsed.text === "string" ? parsed.text : null;
};
