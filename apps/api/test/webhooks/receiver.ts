import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";

export const secret = `whsec_${Buffer.from("a-webhook-secret-for-the-tests").toString("base64")}`;

export interface Received {
  readonly id: string;
  readonly at: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

type Answer = (response: ServerResponse, received: Received) => void;

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Everything that came with a valid signature, in the order of arrival. */
  readonly received: Received[];
  /** Requests whose signature the reference library refused. */
  readonly forged: string[];
  answer: Answer;
  of(sessionId: string): readonly Received[];
}

/** An endpoint that verifies with the reference library; it answers 204 unless another status is set. */
export const startReceiver = async (verifier = secret): Promise<Receiver> => {
  const webhook = new Webhook(verifier);
  const received: Received[] = [];
  const forged: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    try {
      const headers = request.headers as Record<string, string>;
      const event = webhook.verify(body, headers) as Pick<Received, "type" | "timestamp" | "data">;
      const id = headers["webhook-id"] ?? "";
      const one = { id, at: performance.now(), headers: request.headers, body, ...event };
      received.push(one);
      receiver.answer(response, one);
    } catch (error) {
      forged.push(String(error));
      response.writeHead(400).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    received,
    forged,
    answer: (response) => response.writeHead(204).end(),
    of: (sessionId) => received.filter(({ data }) => data.sessionId === sessionId),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
};
