const opening = "<think>";
const closing = "</think>";

/** White space before a block; text that begins with more of it has no block. */
const longestIndent = 1_024;

/** Takes text in pieces; gives back what is not a leading think block, as soon as that is certain. */
export interface ThinkBlockFilter {
  feed(piece: string): string;
  /** What was held back when the text ends. A block that was never closed is dropped. */
  end(): string;
}

/**
 * Drops the thinking that reasoning models write before their answer: `<think>…</think>` at the beginning of the text,
 * white space around it included. Later blocks are text.
 */
export const createThinkBlockFilter = (): ThinkBlockFilter => {
  let state: "undecided" | "thinking" | "answering" = "undecided";
  let dropped = false;
  let held = "";

  const decide = (): void => {
    const start = held.trimStart();
    if (start.startsWith(opening)) {
      state = "thinking";
      dropped = true;
      held = start.slice(opening.length);
    } else if (!opening.startsWith(start) || held.length > longestIndent + opening.length) {
      state = "answering";
    }
    if (dropped && state !== "thinking") held = start;
  };

  /** Whether a block ended here, so that what follows it has to be decided on. */
  const skipThinking = (): boolean => {
    const end = held.indexOf(closing);
    // The closing tag may be split over pieces.
    held = end === -1 ? held.slice(1 - closing.length) : held.slice(end + closing.length);
    if (end !== -1) state = "undecided";
    return end !== -1;
  };

  const takeHeld = (): string => {
    const text = held;
    held = "";
    return text;
  };

  return {
    feed(piece) {
      held += piece;
      for (;;) {
        if (state === "answering") return takeHeld();
        if (state === "thinking" && !skipThinking()) return "";
        decide();
        if (state === "undecided") return "";
      }
    },
    end: () => (state === "thinking" ? "" : takeHeld()),
  };
};

/** The same for a whole text. */
export const dropThinkBlock = (text: string): string => {
  const filter = createThinkBlockFilter();
  return filter.feed(text) + filter.end();
};
