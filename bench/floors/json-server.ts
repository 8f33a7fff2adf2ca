import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export type Answer = (status: number, body: unknown) => void;
export type Handle = (request: IncomingMessage, answer: Answer, body: string) => void;

/** A bare server: reads the body, and writes JSON with its length. `/readyz` says that it listens. */
export const serveJson = (port: number, handle: Handle) =>
  createServer((request, response) => {
    if (request.url === "/readyz") {
      response.end("{}");
      return;
    }
    const answer = answerTo(response);
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => handle(request, answer, body));
  }).listen(port, "127.0.0.1", 4_096);

const answerTo =
  (response: ServerResponse): Answer =>
  (status, body) => {
    const json = JSON.stringify(body);
    response.writeHead(status, {
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(json),
    });
    response.end(json);
  };
