import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { readArguments, wholeNumber } from "../scripts/read-arguments.mjs";

const [port] = readArguments({ word: wholeNumber(0, 65_535), words: [1, 1] }).words;

/** Of the size of a `session.renewed`. */
const event = JSON.stringify({ type: "session.renewed", padding: "x".repeat(700) });

/** The minimum of a fan-out: `POST /publish` sends one text to every socket, `POST /end` closes them all. */
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const server = createServer((req, res) => {
  if (req.url === "/publish") for (const socket of sockets.clients) socket.send(event);
  if (req.url === "/end") for (const socket of sockets.clients) socket.close(4_410, "session ended");
  res.end("ok");
});
server.on("upgrade", (req, socket, head) => sockets.handleUpgrade(req, socket, head, () => {}));
server.listen(port, "127.0.0.1", 4_096);
