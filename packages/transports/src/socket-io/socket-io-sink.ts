import type {
  DropCause,
  EventFrame,
  Inputs,
  PendingReply,
  SessionInfo,
  SessionService,
  SubscriberCredential,
  SubscriberSink,
  Subscription,
} from "@adjourn/sessions";
import { dropCloses } from "../close-codes.js";
import {
  chunkPacket,
  failedPackets,
  joinedPackets,
  messagePackets,
  type RoomNames,
  roomPackets,
} from "./room-events.js";
import type { SocketIoPeer } from "./socket-io-peer.js";

type Sessions = Pick<SessionService, "sessionEvents" | "agent">;

/** Packets cached in a frame's wire forms. */
class Packets {
  constructor(readonly all: readonly string[]) {}
}

/** Events that wait until the id of a message in transit is known. */
interface Held {
  readonly frames: EventFrame[];
  bytes: number;
}

/** A room of one socket: writes the events of one session, as ElizaOS clients know them. */
export class SocketIoSink implements SubscriberSink {
  private subscription: Subscription | null = null;
  private isOpen = true;
  private room: RoomNames | null = null;
  private held: Held | null = null;
  private own: { readonly id: string; readonly clientMessageId: string } | null = null;
  /** The ids of replies in flight, by the message that each answers. */
  private readonly replyIds = new Map<string, string>();

  /** `ended` is called after the last event. */
  constructor(
    private readonly peer: SocketIoPeer,
    private roomId: string,
    private readonly sessions: Sessions,
    private readonly ended: (sink: SocketIoSink) => void,
  ) {}

  async begin(input: Inputs["sessionEvents"], credential: SubscriberCredential): Promise<void> {
    const subscription = await this.sessions.sessionEvents(input, this, credential);
    if (this.isOpen) this.subscription = subscription;
    else subscription.leave();
  }

  /** Answers a further join. From now on the session goes by this id. */
  joinAgain(roomId: string): void {
    if (!this.isOpen || !this.room) return;
    this.roomId = roomId;
    this.room = { ...this.room, roomId };
    this.send(joinedPackets(this.room));
  }

  leave(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.held = null;
    this.subscription?.leave();
  }

  /** Queues events while the socket sends a message, whose id the sender's copy of it depends on. */
  hold(): void {
    this.held = { frames: [], bytes: 0 };
  }

  /** Writes the queued events. `own` is the message that was sent, if it was stored. */
  release(own: { readonly id: string; readonly clientMessageId: string } | null): void {
    const frames = this.held?.frames ?? [];
    this.held = null;
    this.own = own;
    for (const frame of frames) this.write(frame);
  }

  write(frame: EventFrame): void {
    if (!this.isOpen) return;
    if (this.held) {
      this.held.frames.push(frame);
      this.held.bytes += frame.json.length;
    } else this.send(this.packetsOf(frame));
  }

  get waitingBytes(): number {
    return this.peer.waitingBytes + (this.held?.bytes ?? 0);
  }

  drained(): Promise<void> {
    return this.peer.drained();
  }

  end(last: EventFrame): void {
    if (!this.isOpen) return;
    this.release(null);
    this.write(last);
    this.leave();
    this.ended(this);
  }

  /** A stock client reconnects. */
  drop(cause: DropCause): void {
    this.leave();
    this.peer.close(dropCloses[cause]);
  }

  destroy(): void {
    this.leave();
    this.peer.destroy();
  }

  private send(packets: readonly string[]): void {
    for (const packet of packets) this.peer.send(packet);
  }

  private packetsOf(frame: EventFrame): readonly string[] {
    const { event } = frame;
    if (event.type === "session.started") return this.start(event.session, event.pendingReplies);
    const { room } = this;
    if (!room) return [];
    if (event.type === "message.failed")
      return failedPackets(room, this.endReply(event.inReplyTo), event.code);
    if (event.type === "message.delta") this.replyIds.set(event.inReplyTo, event.messageId);
    if (event.type === "message" && event.message.inReplyTo !== null) this.endReply(event.message.inReplyTo);
    if (event.type === "message" && event.message.id === this.own?.id)
      return messagePackets(room, event.message, this.own.clientMessageId);
    const key = `socket.io ${room.roomId}`;
    const existing = frame.wireForms.get(key);
    if (existing instanceof Packets) return existing.all;
    const packets = new Packets(roomPackets(room, event));
    frame.wireForms.set(key, packets);
    return packets.all;
  }

  /** No history is replayed. Of a reply in flight the text so far is sent as one chunk. */
  private start({ agentId }: SessionInfo, pendingReplies: readonly PendingReply[]): string[] {
    const agentName = this.sessions.agent(agentId)?.name ?? "Agent";
    const room = { roomId: this.roomId, agentId, agentName };
    this.room = room;
    const packets = joinedPackets(room);
    for (const { messageId, inReplyTo, text, nextIndex } of pendingReplies) {
      this.replyIds.set(inReplyTo, messageId);
      if (text && nextIndex)
        packets.push(chunkPacket(room, { messageId, chunk: text, index: nextIndex - 1 }));
    }
    return packets;
  }

  /** @returns the id of the reply; of one that failed before its first piece, the message's that it answers */
  private endReply(inReplyTo: string): string {
    const messageId = this.replyIds.get(inReplyTo) ?? inReplyTo;
    this.replyIds.delete(inReplyTo);
    return messageId;
  }
}
