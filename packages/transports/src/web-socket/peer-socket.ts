import type { Duplex } from "node:stream";
import { type RawData, WebSocket } from "ws";
import { awaitCloseAnswer } from "./close-answer.js";
import { payloadOf } from "./text-frame.js";

/** What a peer can send: a message, or a ping or pong. */
export type FrameKind = "message" | "control";

/** Serves one socket. */
export interface SocketOwner {
  received?(data: RawData, isBinary: boolean): void;
  /** Called once, when the socket is closed. */
  closed(): void;
}

/** The sockets of one address. */
export interface UnreadGroup {
  readonly address: string;
  readonly sockets: Set<PeerSocket>;
  checkedAt: number;
}

/** Bytes that a peer had acknowledged at the last check. */
export interface Acknowledged {
  readonly bytes: number;
  readonly at: number;
}

/**
 * A socket that a server accepted, with what its guards note about it: `new WebSocketServer({ WebSocket: PeerSocket })`.
 * Tens of thousands may be open, so notes are fields rather than closures and map entries.
 */
export class PeerSocket extends WebSocket {
  /** The connection of the upgrade, set by {@link accept}. */
  connection: Duplex | null = null;
  /** Set by {@link serveBy}. */
  owner: SocketOwner | null = null;

  /** Whether a frame has arrived since the last beat. */
  hasSent = false;
  /** Noted by the heartbeat, in whole ms: V8 keeps a fraction in an object of its own. */
  lastSeenAt = 0;
  pingedAt = 0;
  acknowledged: Acknowledged | null = null;

  /** Noted by the limit of unread bytes. */
  unread: { wrote(socket: PeerSocket): void; closed(socket: PeerSocket): void } | null = null;
  unreadGroup: UnreadGroup | null = null;

  /** Cuts a peer that does not answer a close in time. */
  closeTimer: NodeJS.Timeout | null = null;

  private draining: Promise<void> | null = null;

  /** Called in the turn of the upgrade. */
  accept(connection: Duplex): void {
    this.connection = connection;
    // One function of each kind for all sockets, and one listener a socket, which costs no array.
    this.addListener("message", received);
    this.addListener("ping", signed);
    this.addListener("pong", signed);
    this.addListener("close", closed);
  }

  /** Called for each frame of the peer. @returns whether its message is passed on */
  admits(_kind: FrameKind): boolean {
    return true;
  }

  /** Notifies `owner` when the socket is closed, also if it is closed already. A socket has one owner. */
  serveBy(owner: SocketOwner): void {
    this.owner = owner;
    if (this.readyState === WebSocket.CLOSED) owner.closed();
  }

  /**
   * Writes a frame that `textFrame` made, for any number of sockets, to the connection itself. ws writes every frame to the
   * connection within the call that sends it, unless it compresses or reads a blob first; so no other frame is under way,
   * and `bufferedAmount` counts this one as well. A socket that negotiated compression takes it through `send`.
   */
  writeFrame(frame: Buffer): void {
    if (this.readyState !== WebSocket.OPEN) return;
    if (this.connection === null || this.extensions !== "") this.send(payloadOf(frame), { binary: false });
    else this.connection.write(frame);
    this.checkUnread();
  }

  override close(code?: number, reason?: string | Buffer): void {
    const isFirst = this.readyState === WebSocket.OPEN;
    super.close(code, reason);
    if (isFirst && this.connection) awaitCloseAnswer(this.connection);
  }

  /** Sends what is written until {@link uncork} with one system call. */
  cork(): void {
    this.connection?.cork();
  }

  uncork(): void {
    this.connection?.uncork();
  }

  /** Called after each write. */
  checkUnread(): void {
    this.unread?.wrote(this);
  }

  /** Resolves once the peer has taken what waits, or is gone. Everyone who waits shares one listener on the connection. */
  drained(): Promise<void> {
    const { connection } = this;
    if (!connection?.writableNeedDrain || connection.destroyed) return Promise.resolve();
    this.draining ??= new Promise((resolve) => {
      const done = () => {
        connection.off("drain", done).off("close", done);
        this.draining = null;
        resolve();
      };
      connection.on("drain", done).on("close", done);
    });
    return this.draining;
  }
}

function closed(this: PeerSocket): void {
  if (this.closeTimer) clearTimeout(this.closeTimer);
  this.unread?.closed(this);
  this.owner?.closed();
}

function received(this: PeerSocket, data: RawData, isBinary: boolean): void {
  this.hasSent = true;
  if (this.admits("message")) this.owner?.received?.(data, isBinary);
}

function signed(this: PeerSocket): void {
  this.hasSent = true;
  this.admits("control");
}
