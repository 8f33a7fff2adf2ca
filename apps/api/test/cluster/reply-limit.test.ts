import { describe, expect, it } from "vitest";
import { until } from "../setup/test-server.js";
import { startTwoNodes } from "./setup/cluster.js";
import { createSlowSession, readRow } from "./setup/held.js";
import type { ClusterNode } from "./setup/node-process.js";
import { cannotRunCluster } from "./setup/what-is-missing.js";

const send = (node: ClusterNode, sessionId: string, transport = "websocket") =>
  node.rest.call("sendSessionMessage", {
    sessionId,
    content: "hello",
    transport,
    metadata: { delayMs: 600_000 },
  });

const begin = async (node: ClusterNode, sessionId: string, count: number): Promise<void> => {
  const sent = await Promise.all(Array.from({ length: count }, () => send(node, sessionId)));
  expect(sent.map(({ status }) => status)).toEqual(Array(count).fill(201));
};

describe.skipIf(await cannotRunCluster())("100 replies under way, on two nodes", () => {
  it("are counted together: each node refuses the next one, on every transport, until the session ends", async () => {
    await using cluster = await startTwoNodes();
    const [a, b] = cluster.nodes;
    const { sessionId } = await createSlowSession(a.rest);
    await begin(a, sessionId, 60);
    await until(async () => (await readRow(b.rest, sessionId))?.pendingOperations === 60);
    await begin(b, sessionId, 40);
    await until(async () => (await readRow(a.rest, sessionId))?.pendingOperations === 100);
    for (const node of cluster.nodes)
      for (const transport of ["websocket", "http", "sse"])
        expect(await send(node, sessionId, transport)).toMatchObject({
          status: 429,
          code: "RATE_LIMITED",
          details: { sessionId, limit: 100 },
        });
    expect(await readRow(a.rest, sessionId)).toMatchObject({ pendingOperations: 100 });
    const other = await createSlowSession(b.rest);
    await begin(b, other.sessionId, 1);
    for (const ended of [sessionId, other.sessionId])
      expect(await a.rest.call("endSession", { sessionId: ended })).toMatchObject({ status: 200 });
  });
});
