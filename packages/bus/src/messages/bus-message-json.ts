import { type BusMessage, busMessage } from "@adjourn/sessions";

/** Characters of the longest message that is carried; subscribers of a longer one get it from the store. */
export const longestMessage = 1_048_576;

/** Null where it is too long. */
export const formatBusMessage = (message: BusMessage): string | null => {
  const json = JSON.stringify(message);
  return json.length <= longestMessage ? json : null;
};

/** Null for what no node of this version says, such as a kind that only a later one knows. */
export const parseBusMessage = (json: string): BusMessage | null => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return null;
  }
  return busMessage.safeParse(parsed).data ?? null;
};
