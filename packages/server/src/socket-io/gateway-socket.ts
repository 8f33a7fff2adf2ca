import {
  checkInput,
  invalidEnvelope,
  type Principal,
  requireAccess,
  subscriberCredential,
  toRefusal,
} from "@adjourn/router";
import { type EndWatch, inputs, maxWaitingBytes, SessionError, type SessionService } from "@adjourn/sessions";
import { dropCloses, eventPacket, SocketIoSink } from "@adjourn/transports";
import type { Socket } from "socket.io";
import type { Sender } from "../admission/client-address.js";
import type { RequestGuard } from "../admission/request-guard.js";
import { maxRooms, maxWaitingEvents } from "../limits.js";
import type { ReportError } from "../observability/report-error.js";
import type { Tracing } from "../observability/tracing/tracing.js";
import type { EnginePeer } from "./engine-peer.js";
import { webSocketOf } from "./engine-socket.js";
import { type OutgoingMessage, readInbound } from "./inbound-events.js";
import { InboundQueue } from "./inbound-queue.js";

export interface GatewaySocketDependencies {
  readonly sessions: SessionService;
  readonly requestGuard: RequestGuard;
  readonly reportError: ReportError;
  /** Null if no traces are exported. */
  readonly tracing: Tracing | null;
}

/** The owner of the socket. */
export interface Admitted {
  readonly principal: Principal;
  readonly sender: Sender;
}

const tooMany = { code: 1008, reason: "too many messages" };

/** One socket of the gateway with its rooms, at most one a session. */
export class GatewaySocket {
  private readonly rooms = new Map<string, SocketIoSink>();
  /** The session that each id stands for which the socket has joined with. */
  private readonly joined = new Map<string, string>();
  private readonly queue: InboundQueue;
  private watch: EndWatch | null = null;
  private isClosed = false;

  constructor(
    private readonly socket: Socket,
    readonly peer: EnginePeer,
    private readonly admitted: Admitted,
    private readonly dependencies: GatewaySocketDependencies,
  ) {
    this.queue = new InboundQueue(() => webSocketOf(peer.connection), maxWaitingEvents);
  }

  /** Disconnects the socket of a session's token when that session ends. */
  watchEnd(watch: EndWatch): void {
    if (this.isClosed) watch.leave();
    else this.watch = watch;
  }

  /** Called when the session of the socket's token has ended. Its room, if there is one, disconnects it. */
  sessionEnded(): void {
    if (this.rooms.size === 0) this.disconnect();
  }

  receive(event: string, payload: unknown): void {
    const inbound = readInbound(event, payload);
    if (!inbound || this.isClosed) return;
    if (this.peer.waitingBytes > maxWaitingBytes) {
      this.peer.close(dropCloses.too_slow);
      return;
    }
    const isAccepted = this.queue.add(async () => {
      if (this.isClosed) return;
      try {
        await this.dependencies.requestGuard.count(this.admitted.sender, this.admitted.principal);
        if (inbound.kind === "send")
          await this.traced("sendSessionMessage", () => this.send(inbound.id, inbound.message));
        else if (inbound.kind === "join") await this.traced("sessionEvents", () => this.join(inbound.id));
        else this.leave(inbound.id);
      } catch (error) {
        this.refuse(error);
      }
    });
    if (!isAccepted) this.peer.close(tooMany);
  }

  /** Called when the socket is closed. */
  closed(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.queue.clear();
    this.watch?.leave();
    for (const room of this.rooms.values()) room.leave();
    this.rooms.clear();
  }

  private traced(operation: string, work: () => Promise<void>): Promise<void> {
    const { tracing } = this.dependencies;
    return tracing ? tracing.operation(operation, work) : work();
  }

  private async join(id: unknown): Promise<void> {
    const { sessions } = this.dependencies;
    const { principal } = this.admitted;
    const roomId = readId(id);
    const sessionId = await this.sessionOf(roomId);
    requireAccess("sessionEvents", principal, { sessionId });
    if (this.isClosed) return;
    const existing = this.rooms.get(sessionId);
    if (!existing && this.rooms.size >= maxRooms)
      throw new SessionError("RATE_LIMITED", `A socket joins at most ${maxRooms} rooms`, { limit: maxRooms });
    if (existing) existing.joinAgain(roomId);
    else {
      const room = new SocketIoSink(this.peer, roomId, sessions, () => this.roomEnded(sessionId));
      this.rooms.set(sessionId, room);
      try {
        await room.begin({ sessionId }, subscriberCredential(principal));
      } catch (error) {
        this.forget(sessionId);
        throw error;
      }
    }
    if (this.rooms.has(sessionId)) this.joined.set(roomId, sessionId);
  }

  private leave(id: unknown): void {
    const roomId = readId(id);
    const sessionId = this.joined.get(roomId) ?? roomId;
    this.rooms.get(sessionId)?.leave();
    this.forget(sessionId);
  }

  private async send(id: unknown, { clientMessageId, ...message }: OutgoingMessage): Promise<void> {
    const roomId = readId(id);
    const sessionId = this.joined.get(roomId) ?? (await this.sessionOf(roomId));
    const input = { sessionId, ...message, transport: "websocket" };
    checkInput("sendSessionMessage", this.admitted.principal, input);
    const parsed = inputs.sendSessionMessage.safeParse(input);
    if (!parsed.success) throw invalidEnvelope([], "sendSessionMessage", input);
    const room = this.rooms.get(sessionId);
    room?.hold();
    let own: { readonly id: string; readonly clientMessageId: string } | null = null;
    try {
      const { id: messageId } = await this.dependencies.sessions.sendSessionMessage(parsed.data);
      if (clientMessageId !== undefined) own = { id: messageId, clientMessageId };
      const status = "received_by_server_and_processing";
      this.peer.send(
        eventPacket("messageAck", { clientMessageId, messageId, status, channelId: roomId, roomId }),
      );
    } finally {
      room?.release(own);
    }
  }

  /** The session that an id stands for: its own, or that of its channel. */
  private async sessionOf(roomId: string): Promise<string> {
    const { principal } = this.admitted;
    requireAccess("sessionEvents", principal, undefined, "nothing");
    if (principal.role === "session" && principal.sessionId === roomId) return roomId;
    return (await this.dependencies.sessions.sessionOnChannel({ channelId: roomId })) ?? roomId;
  }

  private roomEnded(sessionId: string): void {
    this.forget(sessionId);
    if (this.rooms.size === 0) this.disconnect();
  }

  private forget(sessionId: string): void {
    this.rooms.delete(sessionId);
    for (const [roomId, joined] of this.joined) if (joined === sessionId) this.joined.delete(roomId);
  }

  private disconnect(): void {
    this.socket.disconnect(true);
    this.peer.expectClose();
  }

  private refuse(error: unknown): void {
    this.dependencies.reportError(error, { path: "socket.io" });
    const { code, message } = toRefusal(error);
    this.peer.send(eventPacket("messageError", { error: message, code }));
  }
}

/** @throws SessionError `VALIDATION_ERROR` */
const readId = (id: unknown): string => {
  const parsed = inputs.getSession.safeParse({ sessionId: id });
  if (!parsed.success) throw invalidEnvelope([], "getSession", { sessionId: id });
  return parsed.data.sessionId;
};
