export type Fields = Readonly<Record<string, unknown>>;

export type Inbound =
  | { readonly kind: "join" | "leave"; readonly id: unknown }
  | { readonly kind: "send"; readonly id: unknown; readonly message: OutgoingMessage };

/** A message to send, not validated yet. */
export interface OutgoingMessage {
  readonly content: unknown;
  readonly attachments: unknown;
  readonly metadata: unknown;
  /** The client's own id of it, if it gave one. */
  readonly clientMessageId: string | undefined;
}

export const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};

const join = 1;
const send = 2;

/** Reads an event of an ElizaOS client; null for one that is ignored, such as `subscribe_logs`. */
export const readInbound = (event: string, given: unknown): Inbound | null => {
  switch (event) {
    case "message": {
      const { type, payload } = fieldsOf(given);
      return readTyped(type, fieldsOf(payload));
    }
    case "1":
      return readTyped(join, fieldsOf(given));
    case "2":
      return readTyped(send, fieldsOf(given));
    case "join":
    case "leave":
      return { kind: event, id: roomOf(fieldsOf(given)) };
    default:
      return null;
  }
};

const readTyped = (type: unknown, payload: Fields): Inbound | null => {
  const id = roomOf(payload);
  if (type === join) return { kind: "join", id };
  return type === send ? { kind: "send", id, message: toMessage(payload) } : null;
};

const roomOf = ({ channelId, roomId }: Fields): unknown => channelId ?? roomId;

const toMessage = ({ message, attachments, metadata, senderName, messageId }: Fields): OutgoingMessage => ({
  content: message,
  attachments: attachments ?? undefined,
  metadata: withName(metadata ?? undefined, senderName),
  clientMessageId: typeof messageId === "string" ? messageId : undefined,
});

/** ElizaOS keeps the sender's name in the metadata as well. */
const withName = (metadata: unknown, senderName: unknown): unknown => {
  if (typeof senderName !== "string") return metadata;
  if (metadata === undefined) return { user_display_name: senderName };
  const isObject = typeof metadata === "object" && metadata !== null && !Array.isArray(metadata);
  return isObject ? { user_display_name: senderName, ...metadata } : metadata;
};
