import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A proxy to a database that can refuse connections, close them after a call, or stop answering, and recover. */
export const startRelay = async (target: URL) => {
  const sockets = new Set<Socket>();
  const muted = new Set<Socket>();
  let newest: Socket | undefined;
  let accepted = 0;
  let mode: "open" | "hangs up" | "silent" = "open";
  const server = createServer((inner) => {
    sockets.add(inner);
    newest = inner;
    accepted++;
    inner.on("error", () => {});
    if (mode === "hangs up") return void inner.destroy();
    const outer = connect(Number(target.port || 5432), target.hostname);
    sockets.add(outer);
    outer.on("error", () => inner.destroy());
    inner.on("close", () => outer.destroy());
    outer.on("close", () => inner.destroy());
    const carries = (): boolean => mode === "open" && !muted.has(inner);
    inner.on("data", (bytes) => carries() && outer.write(bytes));
    outer.on("data", (bytes) => carries() && inner.write(bytes));
  });
  const listen = async (port: number): Promise<void> => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  const refuse = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    if (!server.listening) return;
    server.close();
    await once(server, "close");
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const through = new URL(target);
  through.hostname = "127.0.0.1";
  through.port = String(port);
  return {
    url: through.href,
    /** The number of accepted connections. */
    get accepted() {
      return accepted;
    },
    async set(next: typeof mode | "refuses") {
      if (next !== "silent") await refuse();
      if (next === "refuses") return;
      mode = next;
      if (!server.listening) await listen(port);
    },
    /** Stops forwarding on the existing connections. New ones work. */
    muteAll() {
      for (const socket of sockets) muted.add(socket);
    },
    /** Stops forwarding on the newest connection. */
    muteNewest() {
      if (newest) muted.add(newest);
    },
    [Symbol.asyncDispose]: refuse,
  };
};
