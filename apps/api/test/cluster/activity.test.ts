import { describe, expect, it } from "vitest";
import { hasReceived, plainWs } from "../setup/subscribing.js";
import { until } from "../setup/test-server.js";
import { createSession } from "../setup/wires.js";
import { startTwoNodes } from "./setup/cluster.js";
import { createSlowSession, waitForReply } from "./setup/held.js";
import type { ClusterNode } from "./setup/node-process.js";
import { cannotRunCluster } from "./setup/what-is-missing.js";

const listed = async ({ rest }: ClusterNode, activity: string): Promise<readonly string[]> => {
  const { body } = await rest.call("listSessions", { activity });
  return (body.sessions as { sessionId: string }[]).map(({ sessionId }) => sessionId);
};

describe.skipIf(await cannotRunCluster())("sessions by what happens in them, on two nodes", () => {
  it("are listed, counted and ended on either node; without Redis by its own listeners alone", async () => {
    await using cluster = await startTwoNodes();
    const [a, b] = cluster.nodes;
    const [slow, quiet] = [await createSlowSession(a.rest), await createSession(a.rest)];
    const { answer } = await waitForReply(b, slow);
    await using listener = plainWs.listen(b.url, quiet.sessionId);
    await hasReceived(listener, "session.started");
    for (const node of cluster.nodes) {
      expect(await listed(node, "replying")).toEqual([slow.sessionId]);
      await until(async () => (await listed(node, "listened")).includes(quiet.sessionId));
      expect(await listed(node, "listened")).toEqual([quiet.sessionId]);
    }
    const named = { sessionIds: [slow.sessionId, quiet.sessionId] };
    const { body: dryRun } = await a.rest.call("endSessions", { ...named, dryRun: true, countCut: true });
    expect(dryRun).toEqual({ ended: 0, matched: 2, listeners: 1, replies: 1 });

    await cluster.redis.kill();
    await until(async () => (await listed(a, "listened")).length === 0);
    expect(await listed(b, "listened")).toEqual([quiet.sessionId]);
    for (const node of cluster.nodes) expect(await listed(node, "replying")).toEqual([slow.sessionId]);

    await cluster.redis.start();
    await until(async () => (await listed(a, "listened")).length === 1);
    for (const activity of ["replying", "listened"])
      expect((await a.rest.call("endSessions", { activity })).body).toEqual({ ended: 1, matched: 1 });
    expect(await answer).toMatchObject({ status: 410, code: "SESSION_ENDED" });
    expect(await listener.over).toEqual({ how: "ended" });
  });
});
