const highSurrogateAtEnd = /[\ud800-\udbff]$/;

/**
 * The pieces of a text as every store can keep them: without NUL, and without halves of a character. Cleaned here and
 * not when they are stored, they are together what is stored. An empty piece is left out.
 */
export async function* storablePieces(pieces: AsyncIterable<string>): AsyncGenerator<string, void> {
  let half = "";
  for await (const piece of pieces) {
    const text = half + piece.replaceAll("\0", "");
    // Its other half may begin the next piece.
    half = highSurrogateAtEnd.test(text) ? text.slice(-1) : "";
    const whole = text.slice(0, text.length - half.length).toWellFormed();
    if (whole !== "") yield whole;
  }
  if (half !== "") yield half.toWellFormed();
}
