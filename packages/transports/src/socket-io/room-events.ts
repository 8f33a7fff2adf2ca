import type { MessageInfo, SessionEvent, SessionInfo } from "@adjourn/sessions";
import { eventPacket } from "./socket-io-peer.js";

/** How a socket knows a session: by the id that it joined with. */
export interface RoomNames {
  readonly roomId: string;
  readonly agentId: string;
  readonly agentName: string;
}

/** The server that ElizaOS clients assume if they know no other. */
const messageServerId = "00000000-0000-0000-0000-000000000000";

type EventOf<Type extends SessionEvent["type"]> = SessionEvent & { readonly type: Type };

/** Both spellings of the id. The published client drops what carries another id than the one it joined with. */
const idsOf = ({ roomId }: RoomNames) => ({ channelId: roomId, roomId });

export const joinedPackets = (room: RoomNames): string[] => {
  const payload = { message: `Joined ${room.roomId}`, ...idsOf(room), agentId: room.agentId };
  return [eventPacket("channel_joined", payload), eventPacket("room_joined", payload)];
};

export const chunkPacket = (
  room: RoomNames,
  piece: { readonly messageId: string; readonly chunk: string; readonly index: number },
): string => eventPacket("messageStreamChunk", { ...piece, agentId: room.agentId, ...idsOf(room) });

const completePacket = (room: RoomNames): string =>
  eventPacket("messageComplete", { ...idsOf(room), serverId: messageServerId, messageServerId });

/** The message, and for a reply that it is complete. `clientMessageId` is the sender's own id of a user's message. */
export const messagePackets = (
  room: RoomNames,
  message: MessageInfo,
  clientMessageId?: string | undefined,
): string[] => {
  const { id, authorId, isAgent, content, createdAt, attachments = [] } = message;
  const payload = {
    id,
    senderId: authorId,
    senderName: isAgent ? room.agentName : userName(message),
    text: content,
    ...idsOf(room),
    messageServerId,
    createdAt: Date.parse(createdAt),
    source: isAgent ? "agent_response" : "socketio_client",
    attachments,
    ...(isAgent ? { thought: "", actions: [] } : {}),
    ...(clientMessageId === undefined ? {} : { clientMessageId }),
  };
  const broadcast = eventPacket("messageBroadcast", payload);
  return isAgent ? [broadcast, completePacket(room)] : [broadcast];
};

const userName = ({ metadata }: MessageInfo): string =>
  typeof metadata.user_display_name === "string" ? metadata.user_display_name : "User";

export const failedPackets = (room: RoomNames, messageId: string, error: string): string[] => [
  eventPacket("messageStreamError", { messageId, ...idsOf(room), agentId: room.agentId, error }),
  completePacket(room),
];

const expiringPacket = (room: RoomNames, { sessionId, timeRemaining }: SessionInfo): string =>
  eventPacket("sessionExpirationWarning", {
    sessionId,
    ...idsOf(room),
    minutesRemaining: Math.ceil(timeRemaining / 60_000),
  });

const renewedPacket = (room: RoomNames, { sessionId, expiresAt, renewalCount }: SessionInfo): string =>
  eventPacket("sessionRenewed", { sessionId, ...idsOf(room), expiresAt, renewalCount });

const endedPackets = (
  room: RoomNames,
  { sessionId, cause, reason, endedAt }: EventOf<"session.ended">,
): string[] => {
  const hasExpired = cause === "expired" || cause === "max_duration";
  const expired = { sessionId, ...idsOf(room), expiredAt: endedAt };
  return [
    ...(hasExpired ? [eventPacket("sessionExpired", expired)] : []),
    eventPacket("sessionEnded", { sessionId, ...idsOf(room), cause, reason, endedAt }),
    eventPacket("controlMessage", { action: "disable_input", ...idsOf(room) }),
  ];
};

/** The packets of an event that are the same for all sockets which joined with the same id. */
export const roomPackets = (
  room: RoomNames,
  event: Exclude<SessionEvent, EventOf<"session.started"> | EventOf<"message.failed">>,
): string[] => {
  switch (event.type) {
    case "message":
      return messagePackets(room, event.message);
    case "message.delta":
      return [chunkPacket(room, { messageId: event.messageId, chunk: event.text, index: event.index })];
    case "session.expiring":
      return [expiringPacket(room, event.session)];
    case "session.renewed":
      return [renewedPacket(room, event.session)];
    case "session.updated":
      return [];
    case "session.ended":
      return endedPackets(room, event);
  }
};
