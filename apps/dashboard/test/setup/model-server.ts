import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { z } from "zod";

const requestSchema = z.object({ messages: z.array(z.object({ role: z.string(), content: z.string() })) });

/** A model that ends its reply for the reason that the user's last message names, and counts 12 tokens in and 4 out. */
export const startModelServer = async (): Promise<AsyncDisposable & { readonly url: string }> => {
  const server = createServer(async (request, response) => {
    const { messages } = requestSchema.parse(JSON.parse(await text(request)));
    const chunks = [
      { choices: [{ index: 0, delta: { content: "As far as I came" }, finish_reason: null }] },
      { choices: [{ index: 0, delta: {}, finish_reason: messages.at(-1)?.content }] },
      { choices: [], usage: { prompt_tokens: 12, completion_tokens: 4, total_tokens: 16 } },
    ];
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const chunk of chunks) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    response.end("data: [DONE]\n\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
};
