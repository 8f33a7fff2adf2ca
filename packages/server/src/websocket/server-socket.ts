import { type FrameKind, PeerSocket } from "@adjourn/transports";
import type { Server } from "ws";

/** A socket of the server, with what its limit of frames notes about it: when each of its allowances is full again. */
export class ServerSocket extends PeerSocket {
  isTrusted = false;
  controlFullAt = 0;
  messagesFullAt = 0;
  callsFullAt = 0;
  /** Set once its frames are limited. */
  frames: { admits(socket: ServerSocket, kind: FrameKind): boolean } | null = null;

  override admits(kind: FrameKind): boolean {
    return this.frames?.admits(this, kind) ?? true;
  }
}

export type SocketServer = Server<typeof ServerSocket>;
