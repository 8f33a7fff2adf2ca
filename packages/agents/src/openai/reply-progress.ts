import type { ModelPart } from "./read-completion.js";

/**
 * Milliseconds of silence after which a finished reply counts as complete. Whatever still belongs to it, such as the
 * usage, follows at once. `finishedBefore` is a server that sent text after its finish reason.
 */
const settleMs = { done: 100, finished: 250, finishedWithText: 1_000, finishedBefore: 10_000 } as const;

/** The progress of a streamed reply. */
export interface ReplyProgress {
  /** `[DONE]` has arrived. */
  readonly isDone: boolean;
  /** Neither a finish reason nor `[DONE]` has arrived. */
  readonly isOpen: boolean;
  readonly isComplete: boolean;
  /** As in `AnswerParser`. */
  readonly settleMs: number | null;
  add(parts: readonly ModelPart[]): void;
  markDone(): void;
}

export const createReplyProgress = (): ReplyProgress => {
  let state: "begun" | keyof typeof settleMs = "begun";
  return {
    get isDone() {
      return state === "done";
    },
    get isOpen() {
      return state === "begun";
    },
    get isComplete() {
      return state === "done" || state === "finished";
    },
    get settleMs() {
      return state === "begun" ? null : settleMs[state];
    },
    add(parts) {
      const hasContent = parts.some(({ type }) => type !== "finish" && type !== "usage");
      const finishes = parts.some(({ type }) => type === "finish");
      // A server that gives a finish reason before its last chunk may give one with every chunk.
      if (state !== "begun" && hasContent) state = "finishedBefore";
      else if (state === "begun" && finishes) state = hasContent ? "finishedWithText" : "finished";
    },
    markDone() {
      state = "done";
    },
  };
};
