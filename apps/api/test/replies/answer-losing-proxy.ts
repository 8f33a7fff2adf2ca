import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface AnswerLosingProxy extends AsyncDisposable {
  readonly url: string;
  /** How many answers were lost. */
  readonly lost: number;
}

/**
 * Stands between a client and the server at `target`. The first time that the server says `mark`, what it says is dropped
 * and the connection is cut; from then on everything passes.
 */
export const startAnswerLosingProxy = async (target: string, mark: string): Promise<AnswerLosingProxy> => {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let lost = 0;
  const own = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on("error", () => {}).once("close", () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    const upstream = own(connect(Number(port), hostname));
    own(client).pipe(upstream);
    upstream.on("data", (chunk) => {
      if (lost > 0 || !chunk.includes(mark)) return void client.write(chunk);
      lost += 1;
      client.resetAndDestroy();
      upstream.destroy();
    });
    client.once("close", () => upstream.destroy());
    upstream.once("close", () => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get lost() {
      return lost;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
};
