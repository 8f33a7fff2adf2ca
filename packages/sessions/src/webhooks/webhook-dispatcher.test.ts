import { createFakeClock, createInMemorySessionStore, newSessionDraft, silentLog } from "@adjourn/testkit";
import { expect, test } from "vitest";
import { systemCaller } from "../model/ending.js";
import { webhookEvents } from "../model/webhook.js";
import type { SendResult, WebhookSender } from "../ports/index.js";
import { WebhookDispatcher } from "./webhook-dispatcher.js";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

const ok: SendResult = { status: 200, error: null, answer: "", isRefused: false };
const broken: SendResult = { ...ok, status: 500 };

type Sent = Parameters<WebhookSender["send"]>[0];

const setUp = (...endpoints: readonly string[]) => {
  const clock = createFakeClock();
  const webhooks = endpoints.map((endpoint) => ({ endpoint, events: webhookEvents, agentIds: null }));
  const store = createInMemorySessionStore({ clock, webhooks });
  const sent: (Sent & { readonly at: number })[] = [];
  const answers = { give: async (_: Sent): Promise<SendResult> => ok };
  const sender: WebhookSender = {
    endpoints,
    send: (request) => {
      sent.push({ ...request, at: clock.now() });
      return answers.give(request);
    },
  };
  const ports = { clock, store, log: silentLog, newId: () => crypto.randomUUID() };
  const start = (nodeId = "node") => new WebhookDispatcher(ports, sender, nodeId);
  const create = async () => {
    const draft = newSessionDraft();
    await store.createSession(draft, null);
    return draft.sessionId;
  };
  const end = (sessionId: string) =>
    store.endSession({ sessionId, reason: null, caller: systemCaller, idempotencyKey: null });
  const list = async () => (await store.listDeliveries({}, { limit: 100 })).deliveries;
  return { clock, store, sent, answers, start, create, end, list };
};

test("a failing delivery is tried after 5 s, 30 s, 2 min, 10 min, then hourly, and given up after 24 h", async () => {
  const { clock, sent, answers, start, create, list } = setUp("a");
  answers.give = async () => broken;
  await create();
  const dispatcher = start();
  await clock.advance(30 * hour);
  const waits = sent.slice(1).map(({ at }, i) => at - (sent[i]?.at ?? 0));
  const expected = [5 * second, 30 * second, 2 * minute, 10 * minute];
  expect(waits.length).toBeGreaterThan(20);
  for (const [i, wait] of waits.entries()) {
    const least = expected[i] ?? hour;
    expect(wait).toBeGreaterThanOrEqual(least);
    // The jitter, and the poll that follows.
    expect(wait).toBeLessThanOrEqual(least * 1.1 + 2 * second);
  }
  expect((sent.at(-1)?.at ?? 0) - (sent[0]?.at ?? 0)).toBeLessThanOrEqual(24 * hour);
  const [delivery] = await list();
  expect(delivery).toMatchObject({ status: "failed", nextAttemptAt: null });
  expect(delivery?.attempts).toHaveLength(sent.length);
  expect(new Set(sent.map(({ id, body }) => `${id} ${body}`)).size).toBe(1);
  await dispatcher.stop();
});

test("an endpoint that hangs uses up its own places only, and is cut off after 15 s", async () => {
  const { clock, sent, answers, start, create, list } = setUp("hanging", "quick");
  answers.give = ({ endpoint, signal }) =>
    endpoint === "quick"
      ? Promise.resolve(ok)
      : new Promise((resolve) => {
          signal.addEventListener("abort", () => resolve({ ...ok, status: null, error: "No answer" }));
        });
  for (let i = 0; i < 40; i++) await create();
  const dispatcher = start();
  await clock.advance(3 * second);
  expect(sent.filter(({ endpoint }) => endpoint === "hanging")).toHaveLength(16);
  expect(sent.filter(({ endpoint }) => endpoint === "quick")).toHaveLength(40);
  await clock.advance(15 * second);
  expect(sent.filter(({ endpoint }) => endpoint === "hanging").length).toBeGreaterThan(16);
  const cut = (await list()).filter(({ attempts }) => attempts[0]?.error === "No answer");
  expect(cut).toHaveLength(16);
  for (let round = 0; round < 3; round++) await clock.advance(15 * second);
  const stopped = dispatcher.stop();
  await clock.advance(3 * second);
  await stopped;
});

test("the deliveries of a dead node are taken over within 30 s, and those of a live one are not", async () => {
  const { clock, store, sent, start, create } = setUp("a");
  const dead = { endpoint: "a", nodeId: "dead", limit: 10, leaseMs: 25 * second };
  await create();
  await store.claimDeliveries(dead);
  const dispatcher = start();
  await clock.advance(20 * second);
  expect(sent).toHaveLength(0);
  await clock.advance(10 * second);
  expect(sent).toHaveLength(1);
  await dispatcher.stop();
});

test("a session's events are sent in order while one of them fails, and another session's do not wait", async () => {
  const { clock, sent, answers, start, create, end } = setUp("a");
  const [first, other] = [await create(), await create()];
  answers.give = async ({ body }) => (body.includes(first) && sent.length < 4 ? broken : ok);
  const dispatcher = start();
  await clock.advance(2 * second);
  await end(first);
  await end(other);
  await clock.advance(minute);
  const bodies = sent.map(({ body }) => JSON.parse(body)).map(({ type, data }) => [type, data.sessionId]);
  const of = (sessionId: string) => bodies.filter(([, id]) => id === sessionId).map(([type]) => type);
  expect(of(other)).toEqual(["session.created", "session.ended"]);
  expect(of(first).at(-1)).toBe("session.ended");
  expect(
    of(first)
      .slice(0, -1)
      .every((type) => type === "session.created"),
  ).toBe(true);
  expect(of(first).length).toBeGreaterThan(2);
  await dispatcher.stop();
});

test("a delivery that is sent again on request gets one attempt, and stays what it was if that fails", async () => {
  const { clock, store, sent, answers, start, create, list } = setUp("a");
  await create();
  const dispatcher = start();
  await clock.advance(2 * second);
  answers.give = async () => broken;
  const [delivered] = await list();
  await store.resendDelivery(delivered?.id ?? "");
  await clock.advance(2 * hour);
  expect(sent).toHaveLength(2);
  expect(await list()).toMatchObject([{ status: "delivered", attempts: [{ status: 200 }, { status: 500 }] }]);
  await dispatcher.stop();
});

test("an idle dispatcher asks the store once a second, and a stopped one leaves no timer", async () => {
  const { clock, store, start } = setUp("a");
  let asked = 0;
  const { readDueEndpoints } = store;
  store.readDueEndpoints = (endpoints) => {
    asked += 1;
    return readDueEndpoints(endpoints);
  };
  const dispatcher = start();
  await clock.advance(minute);
  expect(asked).toBeLessThanOrEqual(60);
  await dispatcher.stop();
  expect(clock.pendingTimers).toBe(0);
});

test("a node that learns of its lease too late does not send what another has sent meanwhile", async () => {
  const { clock, store, sent, start, create, end } = setUp("a");
  const sessionId = await create();
  const { claimDeliveries } = store;
  let answer = () => {};
  const late = new Promise<void>((resolve) => {
    answer = resolve;
  });
  store.claimDeliveries = async (claim) => {
    const claimed = await claimDeliveries(claim);
    if (claim.nodeId === "paused") await late;
    return claimed;
  };
  const paused = start("paused");
  await clock.advance(2 * second);
  await end(sessionId);
  const other = start("other");
  await clock.advance(30 * second);
  const types = () => sent.map(({ body }): unknown => JSON.parse(body).type);
  expect(types()).toEqual(["session.created", "session.ended"]);
  answer();
  await clock.advance(2 * second);
  expect(types()).toEqual(["session.created", "session.ended"]);
  await paused.stop();
  await other.stop();
});
