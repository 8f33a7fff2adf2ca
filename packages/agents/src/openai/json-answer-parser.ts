import { parseJson } from "../json.js";
import type { AnswerParser } from "./answer-parser.js";
import { answerTooLong, ModelFailure, notACompletion } from "./model-failure.js";
import { readCompletion } from "./read-completion.js";
import { readModelError } from "./read-model-error.js";

/** Characters of the longest JSON answer. */
const maxAnswerCharacters = 4_194_304;

/** Bounds how often a growing text is parsed to find out whether it is complete. */
const maxParseAttempts = 100;

/** Parses an answer that is one JSON document. */
export const createJsonAnswerParser = (): AnswerParser => {
  let answer = "";
  let parseAttempts = 0;
  let activity = 0;
  const isCompleteJson = (): boolean => {
    if (!/[}\]]\s*$/.test(answer.slice(-64)) || parseAttempts >= maxParseAttempts) return false;
    parseAttempts += 1;
    return parseJson(answer) !== undefined;
  };
  return {
    feed(text) {
      answer += text;
      activity += 1;
      if (answer.length > maxAnswerCharacters) throw answerTooLong();
      return [];
    },
    end: () => {
      const value = parseJson(answer);
      const error = readModelError(value);
      if (error) throw new ModelFailure("reported an error under status 200", error);
      const parts = readCompletion(value, { isFirst: true });
      if (!parts) throw notACompletion();
      return parts;
    },
    get activity() {
      return activity;
    },
    get settleMs() {
      return isCompleteJson() ? 0 : null;
    },
    get isComplete() {
      return parseJson(answer) !== undefined;
    },
  };
};
