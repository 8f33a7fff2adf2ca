import type { Duplex } from "node:stream";

/**
 * The exact number of bytes that the kernel has taken; null where Node does not expose it. `socket.bytesWritten` counts
 * a write only once it is complete, and an answer is one write.
 */
export const takenBytes = (socket: Duplex): number | null => {
  // Undocumented, but Node's own socket timeout relies on it.
  const handle: unknown = Reflect.get(socket, "_handle");
  if (typeof handle !== "object" || handle === null) return null;
  if (!("bytesWritten" in handle) || !("writeQueueSize" in handle)) return null;
  const { bytesWritten, writeQueueSize } = handle;
  return typeof bytesWritten === "number" && typeof writeQueueSize === "number"
    ? bytesWritten - writeQueueSize
    : null;
};
