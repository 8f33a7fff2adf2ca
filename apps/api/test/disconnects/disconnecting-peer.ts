import { once } from "node:events";
import { connect } from "node:net";
import type { Dialogue } from "./disconnect-wire.js";

/** A client that leaves as it likes. */
export interface LeavingPeer {
  /** Its own port, by which the server's end is found. */
  readonly port: number;
  /** All that has come so far. */
  readonly text: () => string;
  write(bytes: string | Buffer): void;
  /** Reads nothing more. */
  pause(): void;
  /** Goes without a word: whatever is on the way is lost. */
  reset(): void;
  /** Says that it will send nothing more, and goes on reading. */
  halfClose(): void;
}

/** Connects and sends these bytes at once, and others as the dialogue has it. */
export const openPeer = async (
  url: string,
  bytes: string | Buffer,
  dialogue: Dialogue = () => null,
): Promise<LeavingPeer> => {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true, allowHalfOpen: true });
  let text = "";
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
    const next = dialogue(text);
    if (next !== null && socket.writable) socket.write(next);
  });
  await once(socket, "connect");
  socket.write(bytes);
  // The server goes on, and so do its reports.
  socket.once("end", () => socket.end());
  return {
    port: socket.localPort ?? 0,
    text: () => text,
    write: (more) => void socket.write(more),
    pause: () => void socket.pause(),
    reset: () => void socket.resetAndDestroy(),
    halfClose: () => void socket.end(),
  };
};
