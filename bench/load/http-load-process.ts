import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { AnswerReader } from "./answer-reader.js";
import type { Call, Job, Load } from "./http-load.js";

/** Raw sockets: Node's own client takes longer for a call than the servers that it would measure. */
const encode = ({ method, path, body = "" }: Call): Buffer => {
  const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n`;
  const length = body === "" && method === "GET" ? "" : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  return Buffer.from(`${head}${length}\r\n${body}`);
};

const openSockets = (port: number, count: number): Promise<Socket[]> =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const socket = connect(port, "127.0.0.1").setNoDelay(true);
      await once(socket, "connect");
      return socket;
    }),
  );

const run = async ({ port, connections, calls, total, keepBodies }: Job): Promise<Load> => {
  const requests = calls.map(encode);
  const bodies: string[] = [];
  const latencies: number[] = [];
  let sent = 0;
  const sockets = await openSockets(port, connections);
  const begun = performance.now();
  await new Promise<void>((resolve, reject) => {
    const start = (socket: Socket) => {
      let place = 0;
      let sentAt = 0;
      const next = () => {
        if (sent >= total) return;
        place = sent++ % requests.length;
        sentAt = performance.now();
        socket.write(requests[place] ?? "");
      };
      const reader = new AnswerReader((status, body) => {
        latencies.push(performance.now() - sentAt);
        if (status >= 300)
          reject(new Error(`${calls[place]?.method} ${calls[place]?.path}: ${status} ${body()}`));
        if (keepBodies) bodies[place] = body();
        if (latencies.length === total) resolve();
        else next();
      });
      socket.on("data", (chunk) => reader.take(chunk));
      socket.on("error", reject);
      socket.on("close", () => reject(new Error(`The server closed a connection, ${calls[place]?.path}`)));
      next();
    };
    for (const socket of sockets) start(socket);
  });
  const seconds = (performance.now() - begun) / 1_000;
  for (const socket of sockets) socket.destroy();
  return { perSecond: total / seconds, bodies, latencies: latencies.sort((a, b) => a - b) };
};

process.on("message", (job: Job) => {
  run(job).then(
    (load) => process.send?.(load),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.send?.("ready");
