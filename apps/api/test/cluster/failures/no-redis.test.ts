import { describe, expect, it } from "vitest";
import { runningTimeOf } from "../../setup/running-time.js";
import { hasReceived } from "../../setup/subscribing.js";
import { until } from "../../setup/test-server.js";
import {
  createSlowSession,
  expectDropped,
  listenOnAllWires,
  readEnding,
  waitForReply,
} from "../setup/held.js";
import { startNode } from "../setup/node-process.js";
import { createTestDatabase } from "../setup/test-database.js";
import { cannotRunCluster } from "../setup/what-is-missing.js";

describe.skipIf(await cannotRunCluster())("two nodes that share Postgres alone", () => {
  it("receive each other's messages and ends within 5 s, on every wire, and add up their counts (E5-E7)", async () => {
    await using database = await createTestDatabase();
    await using a = await startNode({ DATABASE_URL: database.url, LOG_LEVEL: "info" });
    await using b = await startNode({ DATABASE_URL: database.url, LOG_LEVEL: "info" });
    const ids = await createSlowSession(a.rest);
    const received = await listenOnAllWires(b, ids.sessionId);
    const { answer } = await waitForReply(a, ids);
    for (const one of received) await hasReceived(one, "message");
    const pending = await waitForReply(b, ids);
    const tookMs = await runningTimeOf(async () => {
      const { status } = await a.rest.call("endSession", { sessionId: ids.sessionId });
      expect(status).toBe(200);
      await expectDropped(received);
      for (const cut of [answer, pending.answer])
        expect(await cut).toMatchObject({ status: 410, code: "SESSION_ENDED" });
    });
    expect(tookMs).toBeLessThan(5_000);
    await until(async () => (await readEnding(a.rest, ids.sessionId))?.operationsAborted === 2);
    expect(await readEnding(b.rest, ids.sessionId)).toMatchObject({ listenersDropped: 4 });
  });
});
