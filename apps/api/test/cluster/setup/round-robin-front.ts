import { once } from "node:events";
import {
  Agent,
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

/** A load balancer in small: every request and every socket goes to the next node that is ready. */
export interface Front extends AsyncDisposable {
  readonly url: string;
  /** The nodes there are from now on; what goes through another already stays where it is. */
  use(nodeUrls: readonly string[]): void;
}

/** How often each node is asked whether it is ready, ms. */
const askEveryMs = 100;
const answerWithinMs = 2_000;

export const startFront = async (
  nodeUrls: readonly string[],
  { port = 0 }: { readonly port?: number } = {},
): Promise<Front> => {
  const nodes = new ReadyNodes(nodeUrls);
  const server = createServer((incoming, outgoing) => void passRequest(nodes, incoming, outgoing));
  server.on("upgrade", (incoming, connection, head) => void passUpgrade(nodes, incoming, connection, head));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  await nodes.ask();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    use: (urls) => nodes.use(urls),
    async [Symbol.asyncDispose]() {
      nodes.stop();
      server.close();
      server.closeAllConnections();
    },
  };
};

class ReadyNodes {
  private ready: readonly string[] = [];
  private turn = 0;
  private readonly timer = setInterval(() => void this.ask(), askEveryMs);

  constructor(private all: readonly string[]) {}

  use(urls: readonly string[]): void {
    this.all = urls;
    void this.ask();
  }

  async ask(): Promise<void> {
    const asked = this.all;
    const answers = await Promise.all(asked.map(isReady));
    if (asked === this.all) this.ready = asked.filter((_, index) => answers[index]);
  }

  /** All of them, the one whose turn it is first; those that don't seem ready last, since they may be by now. */
  inTurn(): readonly string[] {
    this.turn += 1;
    const from = this.turn % Math.max(1, this.ready.length);
    const ready = [...this.ready.slice(from), ...this.ready.slice(0, from)];
    return [...ready, ...this.all.filter((url) => !ready.includes(url))];
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

const isReady = async (url: string): Promise<boolean> => {
  try {
    const { ok } = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(answerWithinMs) });
    return ok;
  } catch {
    return false;
  }
};

const forwardedHeaders = ({ headers, socket }: IncomingMessage) => ({
  ...headers,
  "x-forwarded-for": socket.remoteAddress,
  "x-forwarded-proto": "http",
});

// A connection that is kept may be closed by its node just as it is used again; a new one may not.
const agent = new Agent({ keepAlive: false });

/** The request to the first node that takes a connection; its body is still to come. */
const connectTo = async (urls: readonly string[], incoming: IncomingMessage): Promise<ClientRequest> => {
  for (const url of urls) {
    const { method, url: path } = incoming;
    const { hostname, port } = new URL(url);
    const headers = forwardedHeaders(incoming);
    const outgoing = request({ hostname, port, method, path, headers, agent });
    if (await isConnected(outgoing)) return outgoing;
    outgoing.destroy();
  }
  throw new Error("No node takes a connection");
};

const isConnected = (outgoing: ClientRequest): Promise<boolean> =>
  new Promise((resolve) => {
    outgoing.on("error", () => resolve(false));
    outgoing.once("socket", (socket) => socket.once("connect", () => resolve(true)));
  });

const passRequest = async (
  nodes: ReadyNodes,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> => {
  try {
    const inner = await connectTo(nodes.inTurn(), incoming);
    outgoing.on("close", () => inner.destroy());
    inner.on("error", () => refuse(outgoing));
    inner.on("response", (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      outgoing.flushHeaders();
      // Cut off here as it was there: a partial answer must not pass as a complete one.
      answer.on("error", () => outgoing.destroy());
      answer.pipe(outgoing);
    });
    incoming.pipe(inner);
  } catch {
    refuse(outgoing);
  }
};

const refuse = (outgoing: ServerResponse): void => {
  if (outgoing.headersSent) return void outgoing.destroy();
  outgoing.writeHead(502, { "Content-Type": "application/json", "Retry-After": "1" });
  outgoing.end('{"error": "No node answered", "code": "BAD_GATEWAY"}');
};

const passUpgrade = async (
  nodes: ReadyNodes,
  incoming: IncomingMessage,
  connection: Duplex,
  head: Buffer,
): Promise<void> => {
  connection.on("error", () => connection.destroy());
  try {
    const inner = await connectTo(nodes.inTurn(), incoming);
    inner.on("error", () => connection.destroy());
    connection.on("close", () => inner.destroy());
    inner.on("upgrade", (answer, innerConnection, innerHead) => {
      connection.write(headOf(answer));
      innerConnection.on("error", () => connection.destroy()).on("close", () => connection.end());
      if (innerHead.length > 0) connection.write(innerHead);
      if (head.length > 0) innerConnection.write(head);
      innerConnection.pipe(connection).pipe(innerConnection);
    });
    inner.on("response", (answer) => {
      connection.write(headOf(answer));
      answer.pipe(connection);
    });
    inner.end();
  } catch {
    connection.end("HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n");
  }
};

const headOf = ({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string => {
  const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`];
  for (let index = 0; index < rawHeaders.length; index += 2)
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
};
