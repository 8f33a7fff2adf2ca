import { expect, it } from "vitest";
import { openRaw, request } from "../../setup/raw-peer.js";
import { startTestServer, until } from "../../setup/test-server.js";

const connections = 10;
const perConnection = 900;

it.each(["/healthz", "/api/agents", "/trpc/listAgents"])(
  "a caller is answered long before a flood of pipelined GET %s is",
  async (path) => {
    await using server = await startTestServer();
    const peers = Array.from({ length: connections }, () => openRaw(server.url));
    await Promise.all(peers.map(({ connected }) => connected));
    for (const peer of peers) peer.write(request(server.url, `GET ${path}`).repeat(perConnection));
    // The first answer says that the flood is being served.
    await until(() => peers.some((peer) => peer.statuses().length > 0));
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    const answered = /^adjourn_http_request_duration_seconds_count\{method="GET"\} (\d+)$/m.exec(
      metrics,
    )?.[1];
    expect(Number(answered ?? 0)).toBeLessThan((connections * perConnection) / 2);
    await until(() => peers.every((peer) => peer.statuses().length === perConnection));
    expect(new Set(peers.flatMap((peer) => peer.statuses()))).toEqual(new Set([200]));
    for (const peer of peers) await peer[Symbol.asyncDispose]();
  },
);
