import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { type ReceivedRequest, startServer, type TestServer } from "./local-server.js";

/** How a model's server answers: a recorded body, byte for byte, and what becomes of the connection. */
export interface ModelAnswer {
  /** A file of `src/openai/__fixtures__`, with its folder. */
  readonly file: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes of a chunk; undefined for the whole body in one. */
  readonly cut?: number;
  /** After the body: the end, nothing more, comments for ever, or a broken connection. */
  readonly after?: "end" | "open" | "comments" | "reset";
  readonly encode?: (body: Buffer) => Buffer;
}

export interface ModelServer extends TestServer {
  /** Resolves once the last answer's connection is closed; with whether the answer had come to its end. */
  readonly closed: Promise<{ readonly hadEnded: boolean }>;
}

const contentTypes: Readonly<Record<string, string>> = {
  sse: "text/event-stream",
  json: "application/json",
  html: "text/html",
};

export const readFixture = (file: string): Promise<Buffer> =>
  readFile(new URL(`../src/openai/__fixtures__/${file}`, import.meta.url));

/** Gives the answers in turn, the last one again and again. */
export const startModelServer = async (...answers: readonly ModelAnswer[]): Promise<ModelServer> => {
  const bodies = await Promise.all(answers.map(({ file }) => readFixture(file)));
  let noteClosed: (end: { readonly hadEnded: boolean }) => void = () => {};
  const closed = new Promise<{ readonly hadEnded: boolean }>((resolve) => {
    noteClosed = resolve;
  });
  let asked = 0;
  const server = await startServer(async (response: ServerResponse, _request: ReceivedRequest) => {
    const index = Math.min(asked, answers.length - 1);
    asked += 1;
    const answer = answers[index];
    const body = bodies[index];
    if (!answer || !body) return;
    if (index === answers.length - 1)
      response.on("close", () => noteClosed({ hadEnded: response.writableFinished }));
    await sendAnswer(response, answer, answer.encode?.(body) ?? body);
  });
  return { ...server, closed };
};

const sendAnswer = async (response: ServerResponse, answer: ModelAnswer, body: Buffer): Promise<void> => {
  const { file, status = 200, headers = {}, cut = body.length, after = "end" } = answer;
  const type = contentTypes[file.split(".").at(-1) ?? ""] ?? "application/octet-stream";
  response.writeHead(status, { "content-type": type, ...headers });
  for (let at = 0; at < body.length && !response.destroyed; at += cut)
    await new Promise((resolve) => response.write(body.subarray(at, at + cut), resolve));
  if (after === "end") response.end();
  if (after === "reset") response.destroy();
  if (after !== "comments") return;
  const timer = setInterval(() => response.write(": keep-alive\n\n"), 5);
  response.on("close", () => clearInterval(timer));
};
