import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way to a server that can be closed in the two manners in which networks do it. */
export interface TcpGate extends AsyncDisposable {
  /** The server's address by way of this gate. */
  readonly url: string;
  /** Connections are reset, and new ones refused. */
  refuse(): void;
  /** Nothing passes any more in either direction, without a FIN or RST. */
  swallow(): void;
  /** Connections that were swallowed stay silent; new ones get through. */
  open(): void;
}

export const openTcpGate = async (serverUrl: string): Promise<TcpGate> => {
  const target = new URL(serverUrl);
  let mode: "open" | "refuse" | "swallow" = "open";
  const sockets = new Set<Socket>();
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  };
  const server = createServer((outside) => {
    track(outside);
    if (mode === "refuse") return void outside.resetAndDestroy();
    if (mode === "swallow") return void outside.pause();
    const inside = connect(Number(target.port || 5_432), target.hostname);
    track(inside);
    outside.pipe(inside).pipe(outside);
    outside.on("close", () => inside.destroy());
    inside.on("close", () => outside.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(serverUrl);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    url: url.href,
    refuse() {
      mode = "refuse";
      cut();
    },
    swallow() {
      mode = "swallow";
      for (const socket of sockets) socket.unpipe().pause();
    },
    open() {
      mode = "open";
    },
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
    },
  };
};
