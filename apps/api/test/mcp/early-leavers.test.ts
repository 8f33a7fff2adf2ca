import { once } from "node:events";
import { connect } from "node:net";
import { expect, it } from "vitest";
import { createHeldSteps } from "../disconnects/held-steps.js";
import { request } from "../setup/raw-peer.js";
import { adminKey, startTestServer } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";

const headers = (body: string) => [
  `X-API-KEY: ${adminKey}`,
  "Accept: application/json, text/event-stream",
  "Content-Type: application/json",
  `Content-Length: ${Buffer.byteLength(body)}`,
];

const callOf = (name: string, args: object): string =>
  JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } });

it("a call whose caller leaves while the protocol's package is loaded is not run", async () => {
  const steps = createHeldSteps();
  await using server = await startTestServer({ ADJOURN_ADMIN_KEY: adminKey }, { around: steps.around });
  const admin = restWire(server.url, { key: adminKey });
  const { sessionId } = await createSession(admin);
  const peer = connect(Number(new URL(server.url).port), "127.0.0.1");
  await once(peer, "connect");
  const { reached, release } = steps.hold("credentials.authenticate 1");
  const end = callOf("end_session", { sessionId });
  peer.write(request(server.url, "POST /mcp", headers(end), end));
  await reached;
  release();
  // Its checks are over, and it waits for the package.
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
  peer.resetAndDestroy();
  const read = callOf("get_session", { sessionId });
  const answer = await fetch(`${server.url}/mcp`, {
    method: "POST",
    headers: Object.fromEntries(headers(read).map((line) => line.split(": ") as [string, string])),
    body: read,
  });
  // This one waited behind it.
  expect(await answer.text()).toContain('"structuredContent"');
  expect((await admin.call("getSession", { sessionId })).status).toBe(200);
});
