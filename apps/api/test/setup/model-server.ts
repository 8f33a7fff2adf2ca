import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ModelServer extends AsyncDisposable {
  readonly url: string;
  /** The bodies that were sent to it. */
  readonly asked: readonly string[];
}

/** An OpenAI-compatible server that gives its answers in turn. */
export const startModelServer = async (
  ...answers: readonly ((response: ServerResponse) => void)[]
): Promise<ModelServer> => {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    asked.push(body);
    answers[asked.length - 1]?.(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
};

export const eventOf = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;

export const streamOf = (...pieces: readonly string[]): string =>
  pieces
    .map((content) => eventOf({ choices: [{ index: 0, delta: { content }, finish_reason: null }] }))
    .join("");

export const finish = eventOf({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
export const fault = eventOf({
  error: { message: "sk-test-secret is overloaded", type: "overloaded_error" },
});
