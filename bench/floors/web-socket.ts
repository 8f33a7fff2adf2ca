import { WebSocketServer } from "ws";
import { serveJson } from "./json-server.js";

/** The least fan-out: one text to every socket, or a close of each, in a loop. */
const [port = ""] = process.argv.slice(2);
/** As long as the event of a message. */
const event = `message to all ${"x".repeat(485)}`;
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
serveJson(Number(port), ({ url }, answer) => {
  if (url === "/message") for (const socket of sockets.clients) socket.send(event);
  if (url === "/end") for (const socket of sockets.clients) socket.close(4_410, "session ended");
  answer(200, {});
}).on("upgrade", (request, connection, head) => sockets.handleUpgrade(request, connection, head, () => {}));
