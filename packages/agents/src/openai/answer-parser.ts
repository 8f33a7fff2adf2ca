import type { ModelPart } from "./read-completion.js";

/** Turns the text of an answer into parts. The text may be cut at any position. */
export interface AnswerParser {
  /** @throws ModelFailure if the server reports an error or sends something other than a completion */
  feed(text: string): Iterable<ModelPart>;
  /**
   * The remaining parts, once the text has ended.
   * @throws ModelFailure also if the reply is incomplete
   */
  end(): Iterable<ModelPart>;
  /** Increases with everything that belongs to the reply, which excludes comments. */
  readonly activity: number;
  /** Milliseconds of silence after which the reply counts as complete; null if more must follow. */
  readonly settleMs: number | null;
  /** Whether nothing is missing from the reply, however the connection ends. */
  readonly isComplete: boolean;
}
