import { request } from "node:http";
import { eventsPath } from "../../setup/subscribing.js";
import type { TestServer } from "../../setup/test-server.js";
import { createSession, restWire } from "../../setup/wires.js";

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export const upgrade = {
  Upgrade: "websocket",
  Connection: "Upgrade",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** A request whose `Host` can be chosen, which fetch does not allow. */
export const send = (
  { url }: TestServer,
  path: string,
  headers: Record<string, string>,
  method = "GET",
): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const sent = request(`${url}${path}`, { method, headers }, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    sent.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: "" });
    });
    sent.on("error", reject);
    sent.end();
  });

export interface Endpoint {
  readonly path: string;
  readonly headers: Record<string, string>;
  /** A stream that would not end once it is let in. */
  readonly refusedOnly?: boolean;
}

/** What the checks of `Host` and `Origin` stand before. */
export const endpoints = async (server: TestServer, key?: string): Promise<readonly Endpoint[]> => {
  const { sessionId } = await createSession(restWire(server.url, { key }));
  return [
    { path: "/api/agents", headers: {} },
    { path: "/trpc/listAgents", headers: {} },
    {
      path: `/trpc/sessionEvents?input=${encodeURIComponent(JSON.stringify({ sessionId }))}`,
      headers: { Accept: "application/json" },
      refusedOnly: true,
    },
    { path: "/openapi.json", headers: {} },
    { path: "/metrics", headers: {} },
    { path: "/trpc", headers: upgrade },
    { path: eventsPath(sessionId), headers: upgrade },
  ];
};
