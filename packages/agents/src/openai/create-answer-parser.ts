import type { AnswerParser } from "./answer-parser.js";
import { createEventStreamParser } from "./event-stream-parser.js";
import { createJsonAnswerParser } from "./json-answer-parser.js";
import { ModelFailure } from "./model-failure.js";

/** Requests ask for an event stream. Some servers answer with JSON, and some with the wrong content type. */
export const createAnswerParser = (): AnswerParser => {
  let chosen: AnswerParser | null = null;
  let start = "";
  return {
    feed(text) {
      if (chosen) return chosen.feed(text);
      start = (start + text).trimStart();
      if (start === "") return [];
      chosen = /^[{[]/.test(start) ? createJsonAnswerParser() : createEventStreamParser();
      return chosen.feed(start);
    },
    end: () => {
      if (!chosen) throw new ModelFailure("gave an empty reply");
      return chosen.end();
    },
    get activity() {
      return chosen?.activity ?? 0;
    },
    get settleMs() {
      return chosen?.settleMs ?? null;
    },
    get isComplete() {
      return chosen?.isComplete ?? false;
    },
  };
};
