const opening = "<think>";
const closing = "</think>";

/** Most white space before a block, in characters. Text that begins with more has no block. */
const maxIndent = 1_024;

/** Removes leading think blocks from text that arrives in pieces. */
export interface ThinkBlockFilter {
  /** Returns the text that is certainly not part of a leading block. */
  feed(piece: string): string;
  /** Returns the rest of the text. An unclosed block is dropped. */
  end(): string;
}

/**
 * Removes the reasoning that some models write before their answer: `<think>…</think>` at the beginning of the text,
 * including the white space around it. Later blocks are text.
 */
export const createThinkBlockFilter = (): ThinkBlockFilter => {
  let state: "undecided" | "thinking" | "answering" = "undecided";
  let dropped = false;
  let buffered = "";

  const decide = (): void => {
    const start = buffered.trimStart();
    if (start.startsWith(opening)) {
      state = "thinking";
      dropped = true;
      buffered = start.slice(opening.length);
    } else if (!opening.startsWith(start) || buffered.length > maxIndent + opening.length) {
      state = "answering";
    }
    if (dropped && state !== "thinking") buffered = start;
  };

  /** Returns whether the block has ended, so that the state of the following text is undecided. */
  const skipThinking = (): boolean => {
    const end = buffered.indexOf(closing);
    // The closing tag may be split over pieces.
    buffered = end === -1 ? buffered.slice(1 - closing.length) : buffered.slice(end + closing.length);
    if (end !== -1) state = "undecided";
    return end !== -1;
  };

  const takeBuffered = (): string => {
    const text = buffered;
    buffered = "";
    return text;
  };

  return {
    feed(piece) {
      buffered += piece;
      for (;;) {
        if (state === "answering") return takeBuffered();
        if (state === "thinking" && !skipThinking()) return "";
        decide();
        if (state === "undecided") return "";
      }
    },
    end: () => (state === "thinking" ? "" : takeBuffered()),
  };
};

/** Removes the leading think blocks of a complete text. */
export const dropThinkBlock = (text: string): string => {
  const filter = createThinkBlockFilter();
  return filter.feed(text) + filter.end();
};
