import { createParser } from "eventsource-parser";
import { ModelFailure, readModelError } from "./model-failure.js";
import { type ModelPart, readCompletion } from "./read-completion.js";

/** Characters of the longest event, and of the longest answer that is JSON as a whole. */
const longestEventCharacters = 4_194_304;

/** Makes parts out of an answer's text, however it is cut. */
export interface AnswerParser {
  /** @throws ModelFailure where the server reports an error or sends what is no completion */
  feed(text: string): Iterable<ModelPart>;
  /** The parts that were waiting for the end. @throws ModelFailure also where the reply is not whole */
  end(): Iterable<ModelPart>;
  /** Grows with whatever belongs to the reply, so not with comments. */
  readonly activity: number;
  /** How long the server may be quiet until its reply counts as whole; null where more is to come. */
  readonly settleMs: number | null;
  /** Whether the reply can miss nothing, however the connection ends. */
  readonly isWhole: boolean;
}

/** Event streams are what is asked for. Some servers answer with JSON, and some with the wrong content type. */
export const createAnswerParser = (): AnswerParser => {
  let chosen: AnswerParser | null = null;
  let start = "";
  return {
    feed(text) {
      if (chosen) return chosen.feed(text);
      start = (start + text).trimStart();
      if (start === "") return [];
      chosen = /^[{[]/.test(start) ? createJsonParser() : createEventParser();
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
    get isWhole() {
      return chosen?.isWhole ?? false;
    },
  };
};

const noCompletion = (): ModelFailure => new ModelFailure("sent what is no chat completion");
const tooLong = (): ModelFailure => new ModelFailure("sent an event of more than 4 MiB");

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Most attempts to parse JSON whose connection stays open. */
const maxParseAttempts = 100;

const createJsonParser = (): AnswerParser => {
  let whole = "";
  let attempts = 0;
  let activity = 0;
  const lookWhole = (): boolean => {
    if (!/[}\]]\s*$/.test(whole.slice(-64)) || attempts >= maxParseAttempts) return false;
    attempts += 1;
    return parseJson(whole) !== undefined;
  };
  return {
    feed(text) {
      whole += text;
      activity += 1;
      if (whole.length > longestEventCharacters) throw tooLong();
      return [];
    },
    end: () => {
      const answer = parseJson(whole);
      const error = readModelError(answer);
      if (error) throw new ModelFailure("reported an error under status 200", error);
      const parts = readCompletion(answer, { isFirst: true });
      if (!parts) throw noCompletion();
      return parts;
    },
    get activity() {
      return activity;
    },
    get settleMs() {
      return lookWhole() ? 0 : null;
    },
    get isWhole() {
      return parseJson(whole) !== undefined;
    },
  };
};

/** How long a finished reply may go on being quiet: what belongs to it, usage above all, follows at once. */
const settleMs = { done: 100, finished: 250, finishedWithText: 1_000, finishedBefore: 10_000 } as const;

type Progress = "begun" | keyof typeof settleMs;

type StreamEvent = { readonly name: string; readonly data: string };

const createEventParser = (): AnswerParser => {
  const events: StreamEvent[] = [];
  let problem: ModelFailure | null = null;
  let activity = 0;
  let progress: Progress = "begun";
  let seen: "nothing" | "other" | "completion" | "text" = "nothing";

  const parser = createParser({
    maxBufferSize: longestEventCharacters,
    onEvent: ({ event, data }) => events.push({ name: event ?? "message", data }),
    onError: ({ type, field, value, line = "" }) => {
      if (type === "max-buffer-size-exceeded") problem = tooLong();
      // llama.cpp wrote errors into a field of their own until the end of 2025.
      else if (field === "error") events.push({ name: "error", data: value ?? "" });
      // A server, or a proxy, that fails in mid-stream may write its usual JSON behind it.
      else if (line.startsWith("{") && readModelError(parseJson(line)))
        events.push({ name: "error", data: line });
      else if (type === "unknown-field" && seen === "nothing") seen = "other";
    },
  });

  /** A server that gives a reason before its last chunk may do so with each. */
  const noteParts = (parts: readonly ModelPart[]): void => {
    const says = parts.some(({ type }) => type !== "finish" && type !== "usage");
    const finishes = parts.some(({ type }) => type === "finish");
    if (parts.some(({ type }) => type === "text")) seen = "text";
    else if (seen !== "text") seen = "completion";
    if (progress !== "begun" && says) progress = "finishedBefore";
    else if (progress === "begun" && finishes) progress = says ? "finishedWithText" : "finished";
  };

  const takeEvent = ({ name, data }: StreamEvent, isLast: boolean): readonly ModelPart[] => {
    const text = data.trim();
    if (progress === "done" || (text === "" && name !== "error")) return [];
    activity += 1;
    if (text === "[DONE]") {
      progress = "done";
      return [];
    }
    const value = parseJson(text);
    if (name === "error") throw new ModelFailure("reported an error", readError(value, text));
    // What can't be read behind the reply's end is not missed; at the stream's end it is what a break left over.
    if (value === undefined && progress === "begun" && !isLast) throw noCompletion();
    const parts = readCompletion(value, { isFirst: seen !== "text" });
    if (parts) noteParts(parts);
    else if (value !== null && seen === "nothing") seen = "other";
    return parts ?? [];
  };

  /** One after another, so that what came before an error has been given. */
  const takeEvents = function* (isLast: boolean): Generator<ModelPart> {
    for (const event of events.splice(0)) yield* takeEvent(event, isLast);
    if (problem) throw problem;
  };

  return {
    feed(text) {
      parser.feed(text);
      return takeEvents(false);
    },
    *end() {
      // A last event counts even where the empty line behind it is missing.
      parser.feed("\n\n");
      yield* takeEvents(true);
      if (seen === "other") throw noCompletion();
      if (progress === "begun")
        throw new ModelFailure(seen === "nothing" ? "gave an empty reply" : "broke off its reply");
    },
    get activity() {
      return activity;
    },
    get settleMs() {
      return progress === "begun" ? null : settleMs[progress];
    },
    get isWhole() {
      return progress === "done" || progress === "finished";
    },
  };
};

const readError = (value: unknown, text: string) =>
  readModelError(value) ?? readModelError({ error: value }) ?? { code: undefined, message: text };
