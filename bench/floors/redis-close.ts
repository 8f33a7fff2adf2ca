import { Redis } from "ioredis";
import { WebSocketServer } from "ws";
import { serveJson } from "./json-server.js";

/** One of two processes: a call publishes a name on Redis, and whoever has a socket of that name closes it. */
const [port = "", , redisUrl = ""] = process.argv.slice(2);
const publisher = new Redis(redisUrl);
const subscriber = new Redis(redisUrl);
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const byName = new Map<string, { close(code: number, reason: string): void }>();
subscriber.on("message", (name) => byName.get(name)?.close(4_410, "session ended"));
serveJson(Number(port), ({ url = "" }, answer) => {
  publisher.publish(url.slice(1), "ended").catch(() => {});
  answer(200, {});
}).on("upgrade", (request, connection, head) => {
  const name = (request.url ?? "").slice(1);
  subscriber.subscribe(name).then(
    () =>
      sockets.handleUpgrade(request, connection, head, (socket) => {
        byName.set(name, socket);
        socket.send("ready");
      }),
    () => connection.destroy(),
  );
});
