import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { temporaryFolder } from "../setup/server-process.js";
import { startTestServer, until } from "../setup/test-server.js";
import { type Receiver, secret, startReceiver } from "./receiver.js";
import { createOn, type Delivery, deliveriesOn, endOn, resendOn, webhookEnv } from "./webhook-setup.js";

const newest = async (url: string, query = ""): Promise<Delivery | undefined> =>
  (await deliveriesOn(url, query))[0];

const settled = async (url: string): Promise<readonly Delivery[]> => {
  await until(async () => (await deliveriesOn(url, "?status=pending")).length === 0);
  return deliveriesOn(url);
};

const attempted = async (url: string): Promise<Delivery> => {
  await until(async () => ((await newest(url))?.attempts.length ?? 0) > 0);
  const delivery = await newest(url);
  if (!delivery) throw new Error("There is no delivery");
  return delivery;
};

test("an endpoint that fails is tried again 5 s later, delays its session, and slows no other", async () => {
  await using folder = await temporaryFolder();
  await using failing = await startReceiver();
  await using other = await startReceiver();
  const entries = [
    { id: "failing", url: failing.url },
    { id: "other", url: other.url },
  ];
  await using server = await startTestServer(await webhookEnv(folder.path, ...entries));
  failing.answer = (response) => response.writeHead(500).end("no");
  const [first, second] = [await createOn(server.url), await createOn(server.url)];
  await endOn(server.url, first);
  await until(
    () => other.of(first).length === 2 && failing.of(first).length + failing.of(second).length === 2,
  );
  const query = `?endpoint=failing&sessionId=${first}`;
  await until(async () => (await deliveriesOn(server.url, query))[1]?.attempts.length === 1);
  const [ended, created] = await deliveriesOn(server.url, query);
  expect(ended).toMatchObject({ event: "session.ended", status: "pending", attempts: [] });
  expect(created).toMatchObject({
    status: "pending",
    attempts: [{ status: 500, error: null, answer: "no" }],
  });
  const wait = Date.parse(created?.nextAttemptAt ?? "") - Date.parse(created?.attempts[0]?.at ?? "");
  expect(wait).toBeGreaterThanOrEqual(5_000);
  expect(wait).toBeLessThan(6_500);
  failing.answer = (response) => response.writeHead(200).end();
  await until(() => failing.of(first).length === 3);
  expect(failing.of(first).map(({ type }) => type)).toEqual([
    "session.created",
    "session.created",
    "session.ended",
  ]);
  expect(failing.of(first)[0]?.id).toBe(failing.of(first)[1]?.id);
});

test("an endpoint that answers 410 is disabled, and what comes after it has failed and can be sent again", async () => {
  await using folder = await temporaryFolder();
  await using receiver = await startReceiver();
  await using server = await startTestServer(await webhookEnv(folder.path, { id: "a", url: receiver.url }));
  receiver.answer = (response) => response.writeHead(410).end();
  const sessionId = await createOn(server.url);
  await endOn(server.url, sessionId);
  const [ended, created] = await settled(server.url);
  expect(created).toMatchObject({ status: "failed", nextAttemptAt: null, attempts: [{ status: 410 }] });
  expect(ended).toMatchObject({ status: "failed", attempts: [{ status: null, answer: null }] });
  expect(ended?.attempts[0]?.error).toContain("410");
  expect(receiver.received).toHaveLength(1);
  receiver.answer = (response) => response.writeHead(200).end();
  await resendOn(server.url, ended?.id ?? "");
  const [again] = await settled(server.url);
  expect(again).toMatchObject({ id: ended?.id, status: "delivered", attempts: [{}, { status: 200 }] });
});

test("redirects are not followed", async () => {
  await using folder = await temporaryFolder();
  await using receiver = await startReceiver();
  await using target = await startReceiver();
  await using server = await startTestServer(await webhookEnv(folder.path, { id: "a", url: receiver.url }));
  receiver.answer = (response) => response.writeHead(307, { location: target.url }).end();
  await createOn(server.url);
  const delivery = await attempted(server.url);
  expect(delivery).toMatchObject({
    status: "pending",
    attempts: [{ status: 307, error: "Redirects are not followed" }],
  });
  expect(target.received).toEqual([]);
});

test("an answer 304 is no redirect", async () => {
  await using folder = await temporaryFolder();
  await using receiver = await startReceiver();
  await using server = await startTestServer(await webhookEnv(folder.path, { id: "a", url: receiver.url }));
  receiver.answer = (response) => response.writeHead(304).end();
  await createOn(server.url);
  const delivery = await attempted(server.url);
  expect(delivery).toMatchObject({ status: "pending", attempts: [{ status: 304, error: null }] });
});

test("a private or loopback address is refused, whether it is written, mapped or what a name resolves to", async () => {
  await using folder = await temporaryFolder();
  await using receiver = await startReceiver();
  const { port } = receiver;
  const hosts = [
    "127.0.0.1",
    "2130706433",
    "localhost",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:10.0.0.1]",
    "[fd00::1]",
    "[fe80::1]",
    "[64:ff9b::7f00:1]",
    "10.1.2.3",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
  ];
  const entries = hosts.map((host, i) => ({ id: `e${i}`, url: `http://${host}:${port}/` }));
  const env = { ...(await webhookEnv(folder.path, ...entries)), WEBHOOKS_ALLOW_PRIVATE: "0" };
  await using server = await startTestServer(env);
  await createOn(server.url);
  const log = await settled(server.url);
  expect(log).toHaveLength(hosts.length);
  for (const { status, attempts } of log) {
    expect(status).toBe("failed");
    expect(attempts).toMatchObject([{ status: null }]);
    expect(attempts[0]?.error).toContain("is not a public address");
  }
  expect(receiver.received).toEqual([]);
});

const misbehaving: readonly [string, Receiver["answer"], object][] = [
  [
    "cuts its answer",
    (response) => response.writeHead(200).write("half", () => response.destroy()),
    { answer: "half" },
  ],
  [
    "answers without an end",
    (response) => {
      response.writeHead(200);
      const write = (): void => {
        while (!response.destroyed && response.write("é".repeat(512)));
      };
      response.on("drain", write);
      write();
    },
    { answer: "é".repeat(512) },
  ],
  ["answers with NUL", (response) => response.writeHead(200).end("a\0b"), { answer: "a\uFFFDb" }],
];

test.each(misbehaving)(
  "an endpoint that %s after 200 has the delivery, and 1 KiB is kept",
  async (_, answer, kept) => {
    await using folder = await temporaryFolder();
    await using receiver = await startReceiver();
    await using server = await startTestServer(await webhookEnv(folder.path, { id: "a", url: receiver.url }));
    receiver.answer = answer;
    await createOn(server.url);
    const [delivery] = await settled(server.url);
    expect(delivery).toMatchObject({ status: "delivered", attempts: [{ status: 200, ...kept }] });
  },
);

test("an endpoint that closes without an answer, or is not there, has an attempt with the reason", async () => {
  await using folder = await temporaryFolder();
  const closing = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(closing, "listening");
  const address = closing.address();
  const port = typeof address === "object" ? address?.port : 0;
  const entry = { id: "a", url: `http://127.0.0.1:${port}/` };
  await using server = await startTestServer(await webhookEnv(folder.path, entry));
  await createOn(server.url);
  expect((await attempted(server.url)).attempts[0]).toMatchObject({
    status: null,
    error: expect.any(String),
  });
  closing.close();
});

test("every secret signs, so that a receiver with either accepts while they change", async () => {
  await using folder = await temporaryFolder();
  const next = `whsec_${Buffer.from("the-next-secret-for-the-tests").toString("base64")}`;
  await using old = await startReceiver();
  await using changed = await startReceiver(next);
  const secretEnv = ["HOOK_SECRET", "HOOK_SECRET_NEXT"];
  const entries = [
    { id: "old", url: old.url, secretEnv },
    { id: "changed", url: changed.url, secretEnv },
  ];
  const env = { ...(await webhookEnv(folder.path, ...entries)), HOOK_SECRET_NEXT: next };
  await using server = await startTestServer(env);
  await createOn(server.url);
  await settled(server.url);
  expect([old.received.length, changed.received.length]).toEqual([1, 1]);
  expect([...old.forged, ...changed.forged]).toEqual([]);
  expect(secret).not.toBe(next);
});

test("a server that stops gives back what it is sending, and the next one sends it", async () => {
  await using folder = await temporaryFolder();
  await using receiver = await startReceiver();
  const DATABASE_URL = `file:${folder.path}/adjourn.db`;
  const env = { ...(await webhookEnv(folder.path, { id: "a", url: receiver.url })), DATABASE_URL };
  receiver.answer = () => {};
  const first = await startTestServer(env);
  const sessionId = await createOn(first.url);
  await until(() => receiver.of(sessionId).length === 1);
  await first.close();
  receiver.answer = (response) => response.writeHead(200).end();
  await using second = await startTestServer(env);
  const [delivery] = await settled(second.url);
  expect(delivery).toMatchObject({ status: "delivered", attempts: [{ status: 200 }] });
  expect(receiver.of(sessionId)).toHaveLength(2);
  await first[Symbol.asyncDispose]();
});
