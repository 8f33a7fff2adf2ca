import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { freePort } from "@adjourn/testkit";
import { expect, it } from "vitest";
import { hasProxies, proxyKinds, publicName, startProxy } from "../setup/reverse-proxy";

/** A server that answers its name and the number of bytes that it was sent. */
const startNamed = async (name: string) => {
  const server = createServer(async (incoming, response) => {
    let bytes = 0;
    for await (const chunk of incoming) bytes += chunk.length;
    response.end(`${name} ${bytes}`);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

const ask = async (port: number, path: string, body = ""): Promise<string> => {
  const sent = request({
    host: "127.0.0.1",
    port,
    path,
    method: "POST",
    agent: false,
    servername: publicName,
    rejectUnauthorized: false,
    headers: { host: `${publicName}:${port}`, "content-length": body.length },
  });
  sent.end(body);
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of answer) text += chunk;
  return text;
};

it.skipIf(!hasProxies()).each(proxyKinds)(
  "behind %s, as the documentation sets it up, every path of the API reaches the API",
  async (kind) => {
    await using api = await startNamed("api");
    await using dashboard = await startNamed("dashboard");
    const port = await freePort();
    await using _ = await startProxy(kind, { proxy: port, api: api.port, dashboard: dashboard.port });
    // Caddy makes its certificate after it has begun to listen.
    await expect.poll(() => ask(port, "/"), { timeout: 10_000 }).toBe("dashboard 0");
    const apiPaths = [
      "/trpc",
      "/trpc/getSession,listAgents?batch=1",
      "/api/messaging/sessions",
      "/api/agents",
      "/api/tickets",
      "/api/webhooks/deliveries",
      "/api/chat",
      "/api/chat/a-session/stream",
      "/mcp",
      "/socket.io/?EIO=4&transport=polling",
    ];
    for (const path of apiPaths) expect([path, await ask(port, path)]).toEqual([path, "api 0"]);
    const pages = ["/", "/login", "/sessions/a-session", "/api/sign-in", "/api/trpc/listSessions", "/mcpx"];
    for (const path of pages) expect([path, await ask(port, path)]).toEqual([path, "dashboard 0"]);
    // The longest body of any path: the history that a chat page posts.
    const longest = 4 * 1_024 * 1_024;
    expect(await ask(port, "/api/chat", "x".repeat(longest))).toBe(`api ${longest}`);
  },
);
