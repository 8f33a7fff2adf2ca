import { createParser } from "eventsource-parser";
import { parseJson } from "../json.js";
import { readModelError } from "./read-model-error.js";

/** Characters of the longest event. */
const maxEventCharacters = 4_194_304;

export interface StreamEvent {
  readonly name: string;
  readonly data: string;
}

/** Reads server-sent events, and the errors that servers write between them. */
export const createEventReader = () => {
  const events: StreamEvent[] = [];
  let overflowed = false;
  let unknownFields = false;
  const parser = createParser({
    maxBufferSize: maxEventCharacters,
    onEvent: ({ event, data }) => events.push({ name: event ?? "message", data }),
    onError: ({ type, field, value, line = "" }) => {
      if (type === "max-buffer-size-exceeded") overflowed = true;
      // llama.cpp wrote errors into a field of their own until the end of 2025.
      else if (field === "error") events.push({ name: "error", data: value ?? "" });
      // A server or proxy that fails in mid-stream may append its usual JSON.
      else if (line.startsWith("{") && readModelError(parseJson(line)))
        events.push({ name: "error", data: line });
      else if (type === "unknown-field") unknownFields = true;
    },
  });
  return {
    feed: (text: string): void => parser.feed(text),
    /** The complete events since the last call. */
    takeEvents: (): readonly StreamEvent[] => events.splice(0),
    /** Whether an event was longer than 4 Mi characters. */
    hasOverflowed: (): boolean => overflowed,
    hasUnknownFields: (): boolean => unknownFields,
  };
};
