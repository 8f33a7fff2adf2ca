import { describe, expect, it } from "vitest";
import { openRaw, request } from "../../setup/raw-peer.js";
import { eventsPath } from "../../setup/subscribing.js";
import { adminKey, startTestServer, until } from "../../setup/test-server.js";
import { createSession, restWire } from "../../setup/wires.js";
import { type BreakableLink, layLink } from "./breakable-link.js";

const restPath = (sessionId: string) => `${eventsPath(sessionId)}?`;
const trpcPath = (sessionId: string) =>
  `/trpc/sessionEvents?input=${encodeURIComponent(JSON.stringify({ sessionId }))}&`;

const ipv4 = ({ ipv4 }: BreakableLink) => ipv4;
const ipv6 = ({ ipv6 }: BreakableLink) => ipv6;

describe.each([
  { wire: "SSE over IPv4", path: restPath, host: ipv4, asked: ipv4 },
  { wire: "tRPC's SSE over IPv6", path: trpcPath, host: ipv6, asked: ipv6 },
  { wire: "SSE over IPv4 to a host of both", path: restPath, host: () => "::", asked: ipv4 },
])("a peer on $wire", ({ path, host, asked }) => {
  it("is dropped when its machine vanishes without a FIN, and one that only does not read is not", async ({
    skip,
  }) => {
    await using link = await layLink();
    if (!link) return skip("only root, with iproute2, can lay the link that this test cuts");
    const env = { HOST: host(link), ADJOURN_ADMIN_KEY: adminKey };
    await using server = await startTestServer(env, { connectionTimeouts: { checkPeersEveryMs: 100 } });
    const wire = restWire(server.url, { key: adminKey });
    const { sessionId } = await createSession(wire);
    const { ticket } = (await wire.call("issueTicket")).body;
    const address = `${path(sessionId)}ticket=${ticket}`;
    const listeners = async () => {
      const { body } = await wire.call("listSessions");
      return (body.sessions as { listeners: number }[])[0]?.listeners;
    };
    await using idle = openRaw(server.url);
    idle.pause();
    idle.write(request(server.url, `GET ${address}`));
    const { port } = new URL(server.url);
    const name = asked(link).includes(":") ? `[${asked(link)}]` : asked(link);
    await link.read(`http://${name}:${port}${address}`);
    await until(async () => (await listeners()) === 2);
    await link.cut();
    // More than the window of one that does not read, less than what makes it too slow.
    const message = { sessionId, content: "x".repeat(4_000), metadata: { padding: "y".repeat(9_000) } };
    for (let sent = 0; sent < 20; sent += 1)
      expect((await wire.call("sendSessionMessage", message)).status).toBe(201);
    await until(async () => (await listeners()) === 1, 20_000);
    await wire.call("endSession", { sessionId });
    idle.resume();
    await until(() => idle.text().includes("session.ended"));
  }, 60_000);
});
