import type { ReplyEnd } from "../ports/index.js";

const highSurrogateAtEnd = /[\ud800-\udbff]$/;

/**
 * Cleans the pieces of a text so that every store can keep them: without NUL and without lone surrogates. They are cleaned
 * before they are sent, so that the deltas together equal the stored text. Empty pieces are left out, and what is no text
 * passes unchanged.
 */
export async function* storablePieces(
  pieces: AsyncIterable<string | ReplyEnd>,
): AsyncGenerator<string | ReplyEnd, void> {
  let half = "";
  for await (const piece of pieces) {
    if (typeof piece !== "string") {
      yield piece;
      continue;
    }
    const text = half + piece.replaceAll("\0", "");
    // The next piece may begin with the low surrogate.
    half = highSurrogateAtEnd.test(text) ? text.slice(-1) : "";
    const whole = text.slice(0, text.length - half.length).toWellFormed();
    if (whole !== "") yield whole;
  }
  if (half !== "") yield half.toWellFormed();
}
