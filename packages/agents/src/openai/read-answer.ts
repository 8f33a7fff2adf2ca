import type { Clock } from "@adjourn/sessions";
import { readBodyText } from "../http/read-body-text.js";
import { createAnswerParser } from "./create-answer-parser.js";
import { ModelFailure } from "./model-failure.js";
import type { ModelPart } from "./read-completion.js";

/** Bytes of the longest answer, including reasoning and the JSON around each token. */
const maxAnswerBytes = 67_108_864;

/**
 * The parts of a model's answer as they arrive. Ends when the reply is complete, even if the server keeps the connection
 * open. The connection is then closed, or free for the next request if the answer has ended.
 * @throws ModelFailure if the server reports an error or the reply is incomplete
 */
export const readModelAnswer = async function* (response: Response, clock: Clock): AsyncGenerator<ModelPart> {
  if (!response.body) throw new ModelFailure("gave an empty reply");
  const reader = response.body.getReader();
  const cancelReader = (): void => {
    reader.cancel().catch(() => {});
  };
  const texts = readBodyText(
    reader,
    maxAnswerBytes,
    () => new ModelFailure("answered with more than 64 MiB"),
  );
  const parser = createAnswerParser();
  /** The time at which the reply counts as complete unless the server sends more. */
  let settledAt = Number.POSITIVE_INFINITY;
  const readNext = async () => {
    const waitMs = settledAt - clock.now();
    const timer =
      waitMs === Number.POSITIVE_INFINITY ? null : clock.setTimeout(cancelReader, Math.max(0, waitMs));
    try {
      return await texts.next();
    } catch (error) {
      // A connection that breaks after the reply is complete loses nothing of it.
      if (!parser.isComplete || error instanceof ModelFailure) throw error;
      return { done: true, value: undefined } as const;
    } finally {
      timer?.cancel();
    }
  };
  try {
    while (clock.now() < settledAt) {
      const next = await readNext();
      if (next.done) break;
      const { activity } = parser;
      yield* parser.feed(next.value);
      if (parser.activity !== activity)
        settledAt = parser.settleMs === null ? Number.POSITIVE_INFINITY : clock.now() + parser.settleMs;
    }
    yield* parser.end();
  } finally {
    cancelReader();
  }
};
