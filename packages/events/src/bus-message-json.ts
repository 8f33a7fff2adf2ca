import type { BusMessage } from "@adjourn/sessions";

/** Characters of the longest message that is carried; listeners of a longer one get it from the store. */
const longestMessage = 1_048_576;

const kinds: Readonly<Record<BusMessage["kind"], true>> = {
  message: true,
  event: true,
  ended: true,
  created: true,
  changed: true,
};

/** Null where it is too long. */
export const formatBusMessage = (message: BusMessage): string | null => {
  const json = JSON.stringify(message);
  return json.length <= longestMessage ? json : null;
};

/** Null for what no node of this version says, such as a kind that only a later one knows. */
export const parseBusMessage = (json: string): BusMessage | null => {
  if (json.length > longestMessage) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return null;
  }
  return isBusMessage(parsed) ? parsed : null;
};

/** Looks at the envelope alone: who may publish here is a node of ours, and what it says is as its types have it. */
const isBusMessage = (parsed: unknown): parsed is BusMessage =>
  typeof parsed === "object" &&
  parsed !== null &&
  "origin" in parsed &&
  typeof parsed.origin === "string" &&
  "kind" in parsed &&
  typeof parsed.kind === "string" &&
  Object.hasOwn(kinds, parsed.kind);
