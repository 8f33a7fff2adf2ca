import type { Duplex } from "node:stream";

/**
 * What the kernel has taken of what was written, to the byte; null where Node does not tell. A socket itself counts a
 * write as a whole once all of it is gone, and an answer is one write.
 */
export const takenBytes = (socket: Duplex): number | null => {
  // Not documented, but what Node's own timeout of a socket goes by.
  const handle: unknown = Reflect.get(socket, "_handle");
  if (typeof handle !== "object" || handle === null) return null;
  if (!("bytesWritten" in handle) || !("writeQueueSize" in handle)) return null;
  const { bytesWritten, writeQueueSize } = handle;
  return typeof bytesWritten === "number" && typeof writeQueueSize === "number"
    ? bytesWritten - writeQueueSize
    : null;
};
