import type { Close } from "../close-codes.js";

/** The connection of one Socket.IO socket, as its rooms use it. */
export interface SocketIoPeer {
  /** Writes a packet that {@link eventPacket} made. */
  send(packet: string): void;
  /** Bytes written that the peer has not taken yet. */
  readonly waitingBytes: number;
  drained(): Promise<void>;
  /** Closes the transport without a disconnect packet, after which a stock client reconnects by itself. */
  close(close: Close): void;
  destroy(): void;
}

/** An event of the namespace `/` as Socket.IO writes it. Encoded here, so that it can be written to many sockets. */
export const eventPacket = (event: string, payload: object): string => `2${JSON.stringify([event, payload])}`;
