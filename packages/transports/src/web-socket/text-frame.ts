/** The first byte of an unfragmented text frame (RFC 6455 §5.2). */
const finalText = 0x81;

/** A text frame as a server sends it. It is not masked, so that one buffer serves any number of sockets. */
export const textFrame = (text: string): Buffer => {
  const bytes = Buffer.byteLength(text);
  const head = headBytes(bytes);
  const frame = Buffer.allocUnsafe(head + bytes);
  frame[0] = finalText;
  if (head === 2) frame[1] = bytes;
  else if (head === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(bytes, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(bytes), 2);
  }
  frame.write(text, head);
  return frame;
};

/** The text of a frame that {@link textFrame} made. */
export const payloadOf = (frame: Buffer): Buffer => {
  const length = frame[1] ?? 0;
  return frame.subarray(length === 127 ? 10 : length === 126 ? 4 : 2);
};

const headBytes = (payloadBytes: number): number => (payloadBytes < 126 ? 2 : payloadBytes < 65_536 ? 4 : 10);
