import type { Clock } from "@adjourn/sessions";
import { readBodyText } from "../http/read-body-text.js";
import { createAnswerParser } from "./answer-parser.js";
import { ModelFailure } from "./model-failure.js";
import type { ModelPart } from "./read-completion.js";

/** Bytes of the longest answer that is read, thoughts and all that surrounds a token included. */
const longestAnswerBytes = 67_108_864;

/**
 * The parts of a model's answer as they come. It ends where the reply does, whether or not the server closes the
 * connection, which is closed or, where the answer came to its end, free for the next request.
 * @throws ModelFailure where the server reports an error, or its reply is not whole
 */
export const readModelAnswer = async function* (response: Response, clock: Clock): AsyncGenerator<ModelPart> {
  if (!response.body) throw new ModelFailure("gave an empty reply");
  const reader = response.body.getReader();
  const leave = (): void => {
    reader.cancel().catch(() => {});
  };
  const texts = readBodyText(
    reader,
    longestAnswerBytes,
    () => new ModelFailure("answered with more than 64 MiB"),
  );
  const parser = createAnswerParser();
  /** When the reply counts as whole unless the server says more. */
  let settledAt = Number.POSITIVE_INFINITY;
  const readNext = async () => {
    const waitMs = settledAt - clock.now();
    const timer = waitMs === Number.POSITIVE_INFINITY ? null : clock.setTimeout(leave, Math.max(0, waitMs));
    try {
      return await texts.next();
    } catch (error) {
      // A connection that breaks once the reply is whole takes nothing of it away.
      if (!parser.isWhole || error instanceof ModelFailure) throw error;
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
    leave();
  }
};
