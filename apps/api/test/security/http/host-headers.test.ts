import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRaw, request, upgradeRequest } from "../../setup/raw-peer.js";
import { eventsPath } from "../../setup/subscribing.js";
import { adminKey, startTestServer, type TestServer } from "../../setup/test-server.js";
import { createSession, restWire } from "../../setup/wires.js";

describe.each([
  { keys: "without keys", env: {}, key: undefined },
  { keys: "with keys", env: { ADJOURN_ADMIN_KEY: adminKey }, key: adminKey },
])("a request with two Host headers, $keys", ({ env, key }) => {
  let server: TestServer;
  let sessionId: string;
  beforeAll(async () => {
    server = await startTestServer(env);
    ({ sessionId } = await createSession(restWire(server.url, { key })));
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const auth = key === undefined ? [] : [`X-API-KEY: ${key}`];
  const plain = (line: string) => (headers: readonly string[]) => request(server.url, line, headers);

  it.each([
    ["REST", plain("GET /api/agents")],
    ["tRPC", plain("GET /trpc/listAgents")],
    ["a page", plain("GET /docs")],
    ["health", plain("GET /healthz")],
    ["a preflight", plain("OPTIONS /api/agents")],
    ["a tRPC socket", (headers) => upgradeRequest(server.url, "/trpc", headers)],
    ["a plain socket", (headers) => upgradeRequest(server.url, eventsPath(sessionId), headers)],
  ] satisfies [string, (headers: readonly string[]) => string][])("is 400, over %s", async (_, write) => {
    const { host } = new URL(server.url);
    for (const second of ["evil.example", host]) {
      await using peer = openRaw(server.url);
      peer.write(write(["Connection: close", `hOST: ${second}`, ...auth]));
      await peer.gone;
      expect(peer.statuses()).toEqual([400]);
      expect(peer.text()).toContain('"VALIDATION_ERROR"');
    }
  });
});
