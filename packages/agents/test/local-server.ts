import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly ReceivedRequest[];
}

/** A real server on a free port that answers every request, once it is read, with `answer`. */
export const startServer = async (
  answer: (response: ServerResponse, request: ReceivedRequest) => void,
): Promise<TestServer> => {
  const received: ReceivedRequest[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = "", url: path = "", headers } = request;
    const whole = { method, path, headers, body: Buffer.concat(chunks).toString() };
    received.push(whole);
    answer(response, whole);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
};

export interface TokenServer extends TestServer {
  /** Pieces written so far. */
  readonly produced: number;
  /** Resolves once the first piece is written. */
  readonly begun: Promise<void>;
  /** Resolves with the time (ms, monotonic) at which a caller's socket closed. */
  readonly closed: Promise<number>;
}

/** Writes `piece(n)` every 10 ms, `total` times, as a model would, and stops once its caller's socket closes. */
export const startTokenServer = async (
  contentType: string,
  total: number,
  piece: (index: number) => string,
): Promise<TokenServer> => {
  let produced = 0;
  let noteBegun: () => void = () => {};
  const begun = new Promise<void>((resolve) => {
    noteBegun = resolve;
  });
  let noteClosed: (at: number) => void = () => {};
  const closed = new Promise<number>((resolve) => {
    noteClosed = resolve;
  });
  const server = await startServer((response) => {
    response.writeHead(200, { "content-type": contentType });
    const timer = setInterval(() => {
      response.write(piece(produced));
      produced += 1;
      noteBegun();
      if (produced === total) response.end();
    }, 10);
    response.on("close", () => {
      clearInterval(timer);
      noteClosed(performance.now());
    });
  });
  return {
    ...server,
    begun,
    closed,
    get produced() {
      return produced;
    },
  };
};
