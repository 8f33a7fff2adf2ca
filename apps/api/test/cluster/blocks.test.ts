import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSession } from "../setup/wires.js";
import { startTwoNodes } from "./setup/cluster.js";
import { expectDropped, listenOnAllWires } from "./setup/held.js";
import { cannotRunCluster } from "./setup/what-is-missing.js";

const agentId = "00000000-0000-4000-8000-000000000001";

describe.skipIf(await cannotRunCluster())("two nodes on one Postgres and Redis", () => {
  let cluster: Awaited<ReturnType<typeof startTwoNodes>>;
  beforeAll(async () => {
    cluster = await startTwoNodes();
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  it("a block drops the listeners on the other node (E6, E13)", async () => {
    const [a, b] = cluster.nodes;
    const userId = randomUUID();
    const { sessionId } = await createSession(a.rest, { userId });
    const received = await listenOnAllWires(b, sessionId);
    expect((await a.rest.call("blockUser", { userId })).body).toMatchObject({ ended: 1 });
    await expectDropped(received, "blocked");
  });

  it("of creates on both nodes during a block, none leaves a session that lives after the answer (E13)", async () => {
    const [a, b] = cluster.nodes;
    for (let round = 0; round < 5; round++) {
      const userId = randomUUID();
      const create = (i: number) =>
        (i % 2 ? a : b).rest.call("createSession", { agentId, userId, metadata: {} });
      const before = Array.from({ length: 15 }, (_, i) => create(i));
      const block = (round % 2 ? a : b).rest.call("blockUser", { userId });
      const during = Array.from({ length: 15 }, (_, i) => create(i));
      const { status, body } = await block;
      expect(status).toBe(200);
      expect((await b.rest.call("listSessions", { userId })).body).toMatchObject({ total: 0 });
      const answers = await Promise.all([...before, ...during]);
      const created = answers.filter((answer) => answer.status === 201);
      for (const answer of answers) if (answer.status !== 201) expect(answer.code).toBe("USER_BLOCKED");
      expect(body).toMatchObject({ ended: created.length });
      expect((await a.rest.call("listSessions", { userId })).body).toMatchObject({ total: 0 });
    }
  });
});
