import { type FrameKind, PeerSocket } from "@adjourn/transports";
import type { Server } from "ws";

/** What is left of an allowance, and when that was true. */
export interface Bucket {
  left: number;
  at: number;
}

/** A socket of the server, with what its limit of frames notes about it. A bucket is absent while it is full. */
export class ServerSocket extends PeerSocket {
  isTrusted = false;
  controlFrames: Bucket | null = null;
  messages: Bucket | null = null;
  calls: Bucket | null = null;
  /** Set once its frames are limited. */
  frames: { admits(socket: ServerSocket, kind: FrameKind): boolean } | null = null;

  override admits(kind: FrameKind): boolean {
    return this.frames?.admits(this, kind) ?? true;
  }
}

export type SocketServer = Server<typeof ServerSocket>;
