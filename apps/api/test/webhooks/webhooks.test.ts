import { describe, expect, test } from "vitest";
import { databases } from "../setup/databases.js";
import { temporaryFolder } from "../setup/server-process.js";
import { typewriterId, until } from "../setup/test-server.js";
import { startReceiver } from "./receiver.js";
import { callJson, createOn, deliveriesOn, endOn, resendOn, webhookEnv } from "./webhook-setup.js";

describe.each(databases.filter(({ skip }) => !skip))("webhooks over $name", (database) => {
  test("what happens to a session is delivered in order, as the API shows it, and signed", async () => {
    await using folder = await temporaryFolder();
    await using receiver = await startReceiver();
    await using server = await database.start(await webhookEnv(folder.path, { id: "a", url: receiver.url }));
    const sessionId = await createOn(server.url, { metadata: { ticket: "7" } });
    await endOn(server.url, sessionId);
    await until(() => receiver.of(sessionId).length === 2);
    expect(receiver.forged).toEqual([]);
    const [created, ended] = receiver.of(sessionId);
    expect(created).toMatchObject({ type: "session.created", data: { metadata: { ticket: "7" } } });
    const ending = await callJson(`${server.url}/api/messaging/endings/${sessionId}`);
    expect(ended).toMatchObject({ type: "session.ended", data: ending.body, timestamp: ending.body.endedAt });
    await until(async () => (await deliveriesOn(server.url, "?status=delivered")).length === 2);
    const log = await deliveriesOn(server.url, `?sessionId=${sessionId}`);
    expect(log).toMatchObject([
      { id: ended?.id, endpoint: "a", event: "session.ended", status: "delivered", nextAttemptAt: null },
      { id: created?.id, endpoint: "a", event: "session.created", attempts: [{ status: 204, answer: "" }] },
    ]);
  });

  test("only the events and agents that an endpoint watches are delivered", async () => {
    await using folder = await temporaryFolder();
    await using receiver = await startReceiver();
    const { url } = receiver;
    await using server = await database.start(
      await webhookEnv(
        folder.path,
        { id: "ends", url, events: ["session.ended"] },
        { id: "typewriter", url, agentIds: [typewriterId] },
      ),
    );
    const echo = await createOn(server.url);
    const typewriter = await createOn(server.url, { agentId: typewriterId });
    await callJson(`${server.url}/api/messaging/sessions/end`, "POST", { sessionIds: [echo, typewriter] });
    await until(() => receiver.received.length === 4);
    const log = (await deliveriesOn(server.url)).map(({ endpoint, event, sessionId }) => [
      endpoint,
      event,
      sessionId === echo ? "echo" : "typewriter",
    ]);
    expect(log.sort()).toEqual([
      ["ends", "session.ended", "echo"],
      ["ends", "session.ended", "typewriter"],
      ["typewriter", "session.created", "typewriter"],
      ["typewriter", "session.ended", "typewriter"],
    ]);
  });

  test("a reply that fails is delivered with its code", async () => {
    await using folder = await temporaryFolder();
    await using receiver = await startReceiver();
    await using server = await database.start(
      await webhookEnv(folder.path, { id: "a", url: receiver.url, events: ["message.failed"] }),
    );
    const sessionId = await createOn(server.url, { agentId: typewriterId });
    const messages = `${server.url}/api/messaging/sessions/${sessionId}/messages`;
    const sent = await callJson(messages, "POST", { content: "one two", metadata: { delayMs: 60_000 } });
    const inReplyTo = String(sent.body.id);
    const cancel = `${server.url}/api/messaging/sessions/${sessionId}/replies/${inReplyTo}/cancel`;
    expect(await callJson(cancel, "POST", { partial: "discard" })).toMatchObject({ status: 200 });
    await until(() => receiver.received.length === 1);
    expect(receiver.received[0]).toMatchObject({
      type: "message.failed",
      data: { sessionId, inReplyTo, code: "REPLY_CANCELLED", agentId: typewriterId },
    });
  });

  test("a delivery can be sent again with its id, and an unknown one is 404", async () => {
    await using folder = await temporaryFolder();
    await using receiver = await startReceiver();
    await using server = await database.start(await webhookEnv(folder.path, { id: "a", url: receiver.url }));
    const sessionId = await createOn(server.url);
    await until(async () => (await deliveriesOn(server.url, "?status=delivered")).length === 1);
    const id = receiver.received[0]?.id ?? "";
    expect(await resendOn(server.url, id)).toMatchObject({ status: 202 });
    await until(async () => (await deliveriesOn(server.url, "?status=delivered"))[0]?.attempts.length === 2);
    expect(receiver.of(sessionId).map((one) => one.id)).toEqual([id, id]);
    expect(receiver.received[1]?.body).toBe(receiver.received[0]?.body);
    const unknown = await resendOn(server.url, crypto.randomUUID());
    expect(unknown).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
  });

  test("an erased channel leaves nothing of its metadata, reasons and answers in the deliveries", async () => {
    await using folder = await temporaryFolder();
    await using receiver = await startReceiver();
    receiver.answer = (response, { body }) => response.writeHead(200).end(body);
    await using server = await database.start(await webhookEnv(folder.path, { id: "a", url: receiver.url }));
    const made = await callJson(`${server.url}/api/messaging/sessions`, "POST", {
      agentId: typewriterId,
      userId: crypto.randomUUID(),
      metadata: { secret: "forget-me" },
    });
    await endOn(server.url, String(made.body.sessionId), "forget-me too");
    await until(async () => (await deliveriesOn(server.url, "?status=delivered")).length === 2);
    expect(JSON.stringify(await deliveriesOn(server.url))).toContain("forget-me");
    const channel = `${server.url}/api/messaging/channels/${made.body.channelId}`;
    expect(await callJson(channel, "DELETE")).toMatchObject({ status: 200 });
    const log = await deliveriesOn(server.url);
    for (const { id } of log) await resendOn(server.url, id);
    await until(() => receiver.received.length === 4);
    const again = receiver.received.slice(2).map(({ body }) => body);
    await until(async () => (await deliveriesOn(server.url, "?status=pending")).length === 0);
    expect(`${again}${JSON.stringify(await deliveriesOn(server.url))}`).not.toContain("forget-me");
  });
});
