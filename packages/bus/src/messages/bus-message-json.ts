import { type BusMessage, busMessage } from "@adjourn/sessions";

/** Characters of the longest message on the bus. Subscribers get a longer one from the store. */
export const longestMessage = 1_048_576;

/** @returns null if the message is too long */
export const formatBusMessage = (message: BusMessage): string | null => {
  const json = JSON.stringify(message);
  return json.length <= longestMessage ? json : null;
};

/** @returns null for a message that this version does not know, such as a kind of a later version */
export const parseBusMessage = (json: string): BusMessage | null => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return null;
  }
  return busMessage.safeParse(parsed).data ?? null;
};
