import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callTool, overHttp, versions } from "../mcp/open-mcp.js";
import { typewriterId, until } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";
import { startTwoNodes } from "./setup/cluster.js";
import { cannotRunCluster } from "./setup/what-is-missing.js";

describe.skipIf(await cannotRunCluster())("MCP on two nodes", () => {
  let cluster: Awaited<ReturnType<typeof startTwoNodes>>;
  beforeAll(async () => {
    cluster = await startTwoNodes();
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  it("a tool ends a session that another node holds, and both nodes show how it was ended", async () => {
    const [a, b] = cluster.nodes;
    await using wire = restWire(a.url);
    const { sessionId } = await createSession(wire, { agentId: typewriterId });
    const message = { content: "one two three", metadata: { delayMs: 60_000 }, transport: "http" };
    const waiting = wire.call("sendSessionMessage", { sessionId, ...message });
    await until(async () => {
      const { structuredContent } = await callTool(b.url, "list_sessions", {});
      return JSON.stringify(structuredContent).includes('"pendingOperations":1');
    });
    await callTool(b.url, "end_session", { sessionId });
    expect(await waiting).toMatchObject({ code: "SESSION_ENDED" });
    for (const { url } of [a, b]) {
      const ending = await callTool(url, "get_ending", { sessionId });
      expect(ending.structuredContent).toMatchObject({ sessionId, via: "mcp" });
    }
  });

  it.each(versions)("of ends by tools of %s on both nodes at once, one succeeds", async (version) => {
    const clients = await Promise.all(cluster.nodes.map(({ url }) => overHttp(url, version)));
    await using wire = restWire(cluster.nodes[0].url);
    for (let round = 0; round < 10; round += 1) {
      const { sessionId } = await createSession(wire);
      const results = await Promise.all(
        clients.map((client) => client.callTool({ name: "end_session", arguments: { sessionId } })),
      );
      const refused = results.filter(({ isError }) => isError);
      expect(refused.map(({ structuredContent }) => structuredContent)).toEqual([
        { code: "SESSION_NOT_FOUND", details: { sessionId } },
      ]);
    }
    await Promise.all(clients.map((client) => client.close()));
  });
});
