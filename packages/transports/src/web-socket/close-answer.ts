import type { Duplex } from "node:stream";

/** The first byte of a close frame, and the bit of the second that says that it is masked (RFC 6455 §5.2). */
const finalClose = 0x88;
const maskBit = 0x80;
/** Bytes of the header and the mask of a control frame. */
const headBytes = 6;

type PacketListener = (packet: Buffer) => void;

/**
 * Called after a close frame was written. The usual answer is a close frame in a packet of its own: it ends the connection
 * past ws, whose parser, streams and errors take longer for it than the rest of the close. Anything else is left to ws, and
 * all of it where the host program listens to the connection as well.
 */
export const awaitCloseAnswer = (connection: Duplex): void => {
  const [read, other] = connection.listeners("data") as PacketListener[];
  // ws has removed its listener if the peer has sent its close frame before.
  if (!read || other) return;
  const receive = (packet: Buffer): void => {
    connection.off("data", receive);
    if (isCloseFrame(packet)) connection.removeAllListeners("end").end();
    else {
      connection.on("data", read);
      read.call(connection, packet);
    }
  };
  connection.off("data", read).on("data", receive);
};

/** Whether a packet is exactly one close frame of a client. */
const isCloseFrame = (packet: Buffer): boolean => {
  const [first, second = 0] = packet;
  return first === finalClose && second >= maskBit && packet.length === headBytes + (second & ~maskBit);
};
