import {
  createFakeClock,
  createInMemoryEventBus,
  createInMemorySessionStore,
  noPresence,
  ScriptedAgent,
  silentLog,
  testUserId,
} from "@adjourn/testkit";
import { expect, test } from "vitest";
import { createSessionService } from "../../create-session-service.js";
import { defaultTimeoutSettings, type TimeoutSettings } from "../../model/timeout-policy.js";

const clock = createFakeClock();
const store = createInMemorySessionStore({ clock });
const agent = new ScriptedAgent();

/** A node with this configuration. All nodes use the same store. */
const startNode = (agents: readonly ScriptedAgent[], timeouts: TimeoutSettings = defaultTimeoutSettings) =>
  createSessionService(
    {
      clock,
      store,
      bus: createInMemoryEventBus(),
      presence: noPresence,
      agents: { get: (id) => agents.find((one) => one.id === id.toLowerCase()), list: () => agents },
      log: silentLog,
      newId: () => crypto.randomUUID(),
    },
    { timeouts, nodeId: "one", reconcileEveryMs: 2_000, indexEveryMs: null, retentionDays: null },
  );

test("a retried create gets the first answer, whatever agents and limits are configured now", async () => {
  const input = { agentId: agent.id, userId: testUserId, timeoutConfig: { timeoutMinutes: 60 } };
  const retried = { ...input, idempotencyKey: "key" };
  const first = await startNode([agent]).createSession(retried);

  const withoutAgent = startNode([]);
  expect(await withoutAgent.createSession(retried)).toEqual(first);
  await expect(withoutAgent.createSession(input)).rejects.toMatchObject({ code: "AGENT_NOT_FOUND" });
  const otherBody = { ...retried, metadata: { a: 1 } };
  await expect(withoutAgent.createSession(otherBody)).rejects.toMatchObject({ code: "AGENT_NOT_FOUND" });

  const limits = { ...defaultTimeoutSettings.limits, maxTimeoutMinutes: 30 };
  const strict = startNode([agent], { ...defaultTimeoutSettings, limits });
  expect(await strict.createSession(retried)).toEqual(first);
  await expect(strict.createSession(input)).rejects.toMatchObject({ code: "INVALID_TIMEOUT_CONFIG" });
});

test("a session is found by its agent's listed id, whatever case the caller used", async () => {
  const lettered = Object.assign(new ScriptedAgent(), { id: "abcdef00-0000-4000-8000-0000000000aa" });
  const node = startNode([lettered]);
  const spelled = lettered.id.toUpperCase();
  const { sessionId, agentId } = await node.createSession({ agentId: spelled, userId: testUserId });
  expect(agentId).toBe(lettered.id);
  const { sessions } = await node.listSessions({ agentId: lettered.id, limit: 10 });
  expect(sessions).toMatchObject([{ sessionId }]);
  const everyone = { endedBy: "admin", actor: null } as const;
  expect(await node.endSessions({ agentId: lettered.id, dryRun: false }, everyone)).toMatchObject({
    ended: 1,
  });
});
