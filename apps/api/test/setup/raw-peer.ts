import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A frame as the server sent it. */
export interface RawFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** A client that writes bytes of its own choice, and keeps what comes back. */
export interface RawPeer extends AsyncDisposable {
  write(...bytes: readonly (string | Buffer)[]): void;
  /** All that has come, as text. */
  readonly text: () => string;
  /** The status of every answer so far. */
  readonly statuses: () => readonly number[];
  /** The WebSocket frames so far, behind the answer to the upgrade. */
  readonly frames: () => readonly RawFrame[];
  /** Resolves when the connection is gone, whoever let go of it. */
  readonly gone: Promise<void>;
  readonly connected: Promise<void>;
  /** The code of what broke the connection, such as a reset; null while nothing has. */
  readonly failure: () => string | null;
  pause(): void;
  resume(): void;
}

export const openRaw = (url: string, socket: Socket = connectTo(url)): RawPeer => {
  const chunks: Buffer[] = [];
  const statuses: number[] = [];
  let unread = "";
  socket.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    unread += chunk.toString("latin1");
    const answer = /HTTP\/1\.1 (\d{3}) /g;
    let readTo = Math.max(0, unread.length - 12);
    for (const found of unread.matchAll(answer)) {
      statuses.push(Number(found[1]));
      readTo = Math.max(readTo, found.index + found[0].length);
    }
    unread = unread.slice(readTo);
  });
  let failure: string | null = null;
  socket.on("error", (error: NodeJS.ErrnoException) => {
    failure = error.code ?? error.message;
  });
  const connected = once(socket, "connect").then(() => {});
  connected.catch(() => {});
  // `once` of node:events would reject when the connection is reset.
  const gone = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const text = () => Buffer.concat(chunks).toString("latin1");
  return {
    write: (...bytes) => {
      for (const some of bytes) if (socket.writable) socket.write(some);
    },
    text,
    statuses: () => statuses,
    frames: () => {
      const all = Buffer.concat(chunks);
      const head = all.indexOf("\r\n\r\n");
      return head === -1 ? [] : readFrames(all.subarray(head + 4));
    },
    gone,
    connected,
    failure: () => failure,
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    [Symbol.asyncDispose]: async () => void socket.destroy(),
  };
};

const connectTo = (url: string): Socket => {
  const { hostname, port } = new URL(url);
  return connect({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port), noDelay: true });
};

const readFrames = (bytes: Buffer): RawFrame[] => {
  const frames: RawFrame[] = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const head = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (at + head > bytes.length) break;
    const length =
      short === 127
        ? Number(bytes.readBigUInt64BE(at + 2))
        : short === 126
          ? bytes.readUInt16BE(at + 2)
          : short;
    if (at + head + length > bytes.length) break;
    frames.push({
      opcode: (bytes[at] ?? 0) & 0x0f,
      payload: bytes.subarray(at + head, at + head + length),
    });
    at += head + length;
  }
  return frames;
};

/** The code of the close frame that the server sent; null where it sent none. */
export const closeCodeOf = (peer: RawPeer): number | null => {
  const close = peer.frames().find(({ opcode }) => opcode === 8);
  return close && close.payload.length >= 2 ? close.payload.readUInt16BE(0) : null;
};

export const upgradeRequest = (url: string, path: string, headers: readonly string[] = []): string =>
  [
    `GET ${path} HTTP/1.1`,
    `Host: ${new URL(url).host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
    "\r\n",
  ].join("\r\n");

export const request = (url: string, line: string, headers: readonly string[] = [], body = ""): string =>
  [`${line} HTTP/1.1`, `Host: ${new URL(url).host}`, ...headers, "", body].join("\r\n");

export interface FrameParts {
  readonly opcode?: number;
  /** The last of its message. */
  readonly fin?: boolean;
  /** The three reserved bits, as 0x40, 0x20, 0x10. */
  readonly reserved?: number;
  readonly masked?: boolean;
  readonly payload?: Buffer;
  /** What the head claims, where it is not the payload's length. */
  readonly claims?: number;
}

/** A client's frame, right or wrong, masked with zeros. */
export const frame = ({
  opcode = 1,
  fin = true,
  reserved = 0,
  masked = true,
  payload = Buffer.alloc(0),
  claims = payload.length,
}: FrameParts): Buffer => {
  const first = (fin ? 0x80 : 0) | reserved | opcode;
  const mask = masked ? 0x80 : 0;
  const head =
    claims < 126
      ? Buffer.from([first, mask | claims])
      : claims < 65_536
        ? Buffer.from([first, mask | 126, claims >> 8, claims & 0xff])
        : Buffer.concat([Buffer.from([first, mask | 127]), bigEndian(claims)]);
  return Buffer.concat([head, masked ? Buffer.alloc(4) : Buffer.alloc(0), payload]);
};

const bigEndian = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};
