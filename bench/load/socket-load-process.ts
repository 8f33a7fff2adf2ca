import { request } from "node:http";
import { connect, type Socket } from "node:net";
import type { AwaitAll, OpenSockets } from "./socket-load.js";

/**
 * Raw sockets, of which only the handshake and the closing frame are read: a whole client for each would take longer for a
 * frame than the servers that it would measure.
 */
const sockets: Socket[] = [];
let serverPort = 0;

const masked = (opcode: number, text: string): Buffer => {
  const payload = Buffer.from(text);
  if (payload.length > 65_535) throw new Error("too long a frame");
  const head =
    payload.length < 126
      ? Buffer.from([0x80 | opcode, 0x80 | payload.length])
      : Buffer.from([0x80 | opcode, 0x80 | 126, payload.length >> 8, payload.length & 0xff]);
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([head, Buffer.alloc(4), payload]);
};

const openOne = ({ port, opening = [], started }: OpenSockets, path: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let received = "";
    socket.on("connect", () =>
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
      ),
    );
    socket.on("error", reject);
    let isOpen = false;
    const onData = (chunk: Buffer) => {
      received += chunk.toString("latin1");
      if (!isOpen && received.includes("\r\n\r\n")) {
        if (!received.startsWith("HTTP/1.1 101")) reject(new Error(received));
        isOpen = true;
        for (const text of opening) socket.write(masked(1, text));
      }
      if (!isOpen || (started !== undefined && !received.includes(started))) return;
      socket.off("data", onData);
      received = "";
      resolve(socket);
    };
    socket.on("data", onData);
  });

const open = async (job: OpenSockets): Promise<number> => {
  serverPort = job.port;
  for (let from = 0; from < job.paths.length; from += 200) {
    const batch = job.paths.slice(from, from + 200).map((path) => openOne(job, path));
    sockets.push(...(await Promise.all(batch)));
  }
  return sockets.length;
};

const receives = (socket: Socket, text: string): Promise<void> =>
  new Promise((resolve) => {
    let tail = "";
    const onData = (chunk: Buffer) => {
      const received = tail + chunk.toString("latin1");
      // The text may come in two pieces.
      tail = received.slice(-text.length);
      if (!received.includes(text)) return;
      socket.off("data", onData);
      socket.resume();
      resolve();
    };
    socket.on("data", onData);
  });

/** Answers the closing frame, as a client does, and waits for the end of the connection. */
const closes = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.on("data", (chunk) => {
      if (chunk.includes(closeCode)) socket.write(closeAnswer);
    });
    socket.once("end", () => socket.end());
    socket.once("close", () => resolve());
  });

/** 4410, which no text of these events contains. */
const closeCode = Buffer.from([0x11, 0x3a]);
const closeAnswer = Buffer.concat([Buffer.from([0x88, 0x82, 0, 0, 0, 0]), closeCode]);

const awaitAll = async ({ method, path, body, text }: AwaitAll): Promise<number> => {
  const all = Promise.all(sockets.map((socket) => (text === null ? closes(socket) : receives(socket, text))));
  const begun = performance.now();
  await new Promise<void>((resolve, reject) => {
    const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body ?? "") };
    const sent = request({ port: serverPort, host: "127.0.0.1", method, path, headers }, (response) => {
      response.resume();
      if ((response.statusCode ?? 500) < 300) resolve();
      else reject(new Error(`${method} ${path}: ${response.statusCode}`));
    });
    sent.on("error", reject);
    sent.end(body);
  });
  await all;
  return performance.now() - begun;
};

process.on("message", (job: OpenSockets | AwaitAll) => {
  const work = "paths" in job ? open(job) : awaitAll(job);
  work.then(
    (result) => process.send?.(result),
    (error: unknown) => process.send?.(String(error)),
  );
});
process.send?.("ready");
