import { parseJson } from "../json.js";
import type { AnswerParser } from "./answer-parser.js";
import { createEventReader, type StreamEvent } from "./event-reader.js";
import { answerTooLong, ModelFailure, notACompletion } from "./model-failure.js";
import { type ModelPart, readCompletion } from "./read-completion.js";
import { type ModelError, readModelError } from "./read-model-error.js";
import { createReplyProgress } from "./reply-progress.js";

/** Parses an answer that is a stream of server-sent events, one completion chunk per event. */
export const createEventStreamParser = (): AnswerParser => {
  const progress = createReplyProgress();
  const reader = createEventReader();
  let activity = 0;
  let received: "nothing" | "completion" | "text" = "nothing";
  let receivedOther = false;

  const readEvent = ({ name, data }: StreamEvent, isLast: boolean): readonly ModelPart[] => {
    const text = data.trim();
    if (progress.isDone || (text === "" && name !== "error")) return [];
    activity += 1;
    if (text === "[DONE]") {
      progress.markDone();
      return [];
    }
    const value = parseJson(text);
    if (name === "error") throw new ModelFailure("reported an error", readErrorEvent(value, text));
    // After the end of the reply nothing is missed. At the end of the stream this is the rest of a cut event.
    if (value === undefined && progress.isOpen && !isLast) throw notACompletion();
    const parts = readCompletion(value, { isFirst: received !== "text" });
    if (parts) {
      progress.add(parts);
      if (parts.some(({ type }) => type === "text")) received = "text";
      else if (received !== "text") received = "completion";
    } else if (value !== null) receivedOther = true;
    return parts ?? [];
  };

  /** Lazy, so that the parts before an error are delivered. */
  const readEvents = function* (isLast: boolean): Generator<ModelPart> {
    for (const event of reader.takeEvents()) yield* readEvent(event, isLast);
    if (reader.hasOverflowed()) throw answerTooLong();
  };

  return {
    feed(text) {
      reader.feed(text);
      return readEvents(false);
    },
    *end() {
      // The last event counts even if the empty line after it is missing.
      reader.feed("\n\n");
      yield* readEvents(true);
      const isEmpty = received === "nothing";
      if (isEmpty && (receivedOther || reader.hasUnknownFields())) throw notACompletion();
      if (progress.isOpen) throw new ModelFailure(isEmpty ? "gave an empty reply" : "broke off its reply");
    },
    get activity() {
      return activity;
    },
    get settleMs() {
      return progress.settleMs;
    },
    get isComplete() {
      return progress.isComplete;
    },
  };
};

const readErrorEvent = (value: unknown, text: string): ModelError =>
  readModelError(value) ?? readModelError({ error: value }) ?? { code: undefined, message: text };
