import { expect } from "vitest";
import { WebSocket } from "ws";
import { eventsPath } from "../../setup/subscribing.js";
import { restWire, type Wire } from "../../setup/wires.js";
import type { Ledger, SessionNote } from "./ledger.js";
import { readChannel, type StoredMessage } from "./read-channel.js";

/** Holds a server that has just been started against what was answered before its predecessor was killed. */
export const audit = async (url: string, ledger: Ledger, notes: readonly SessionNote[]): Promise<void> => {
  const wire = restWire(url);
  await retryCreates(wire, ledger);
  for (const note of notes) {
    const stored = await readChannel(wire, note.channelId);
    expectMessages(note, stored);
    if (note.ends.length > 0) await expectEnded(wire, note, stored);
    else await expectAlive(wire, note);
    await expectReplay(url, note, stored);
  }
};

/** Who got no answer asks again with the same key, and has the session then, made earlier or now. */
const retryCreates = async (wire: Wire, ledger: Ledger): Promise<void> => {
  for (const create of ledger.openCreates.splice(0)) {
    const { status, body } = await wire.call("createSession", { ...create.body, idempotencyKey: create.key });
    expect(status, `a retried create: ${JSON.stringify(body)}`).toBe(201);
    ledger.created(create, body);
  }
};

/** What was acknowledged or received is stored, what is stored was sent, and nothing that was refused is stored. */
const expectMessages = (note: SessionNote, stored: readonly StoredMessage[]): void => {
  const byId = new Map(stored.map((message) => [message.id, message]));
  expect(byId.size, "a message stored twice").toBe(stored.length);
  for (const [id, content] of note.acknowledged)
    expect(byId.get(id)?.content, `an acknowledged message of ${note.sessionId} is lost`).toBe(content);
  for (const { content, isAgent, inReplyTo } of stored) {
    expect(note.refused.has(content), `a refused message of ${note.sessionId} is stored`).toBe(false);
    expect(note.possible.has(content), `${note.sessionId} has a message that nobody sent`).toBe(true);
    // Both built-in agents repeat what was said.
    if (isAgent) expect(byId.get(String(inReplyTo))?.content).toBe(content);
  }
  const users = stored.filter(({ isAgent }) => !isAgent).map(({ content }) => content);
  expect(new Set(users).size, "a sent message stored twice").toBe(users.length);
  const replied = stored.flatMap(({ inReplyTo }) => inReplyTo ?? []);
  expect(new Set(replied).size, "two replies to one message").toBe(replied.length);
  const times = stored.map(({ createdAt }) => createdAt);
  expect(times, "times out of order").toEqual([...new Set(times)].sort());
};

/** Exactly one call ended it, each retry gets the same answer, and the channel is as it was at the end. */
const expectEnded = async (
  wire: Wire,
  note: SessionNote,
  stored: readonly StoredMessage[],
): Promise<void> => {
  const { sessionId } = note;
  for (const call of note.ends) {
    const { status, body } = await wire.call("endSession", { sessionId, idempotencyKey: call.key });
    const text = JSON.stringify(body);
    if (call.answer) expect({ status, text }, "a retry that is answered otherwise").toEqual(call.answer);
    call.answer = { status, text };
  }
  const statuses = note.ends.map(({ answer }) => answer?.status);
  expect(
    statuses.filter((status) => status === 200),
    `endings of ${sessionId}`,
  ).toHaveLength(1);
  expect(statuses.filter((status) => status === 404)).toHaveLength(statuses.length - 1);
  expect((await wire.call("getSession", { sessionId })).status, `${sessionId} is back`).toBe(404);
  expect((await wire.call("sendSessionMessage", { sessionId, content: "ghost?" })).status).toBe(404);
  // An end that is carried out only now may follow messages stored after the last check.
  note.frozen ??= JSON.stringify(stored);
  expect(JSON.stringify(await readChannel(wire, note.channelId)), `a ghost wrote to ${sessionId}`).toBe(
    note.frozen,
  );
  const { body } = await wire.call("listEndings", { search: sessionId });
  expect(body.endings).toMatchObject([{ sessionId, cause: "requested", messageCount: stored.length }]);
};

const expectAlive = async (wire: Wire, note: SessionNote): Promise<void> => {
  const { sessionId, channelId, createdAt, renewalCount } = note;
  const { body } = await wire.call("getSession", { sessionId });
  expect(body, `the session ${sessionId} is lost`).toMatchObject({ sessionId, channelId, createdAt });
  expect(Number(body.renewalCount), "a renewal is lost").toBeGreaterThanOrEqual(renewalCount);
  const retry = await wire.call("createSession", { ...note.createBody, idempotencyKey: note.createKey });
  expect(retry).toMatchObject({ status: 201, body: { sessionId, channelId, createdAt } });
};

/** A subscriber that comes back with its last id receives the rest; together that is the whole channel. */
const expectReplay = async (
  url: string,
  note: SessionNote,
  stored: readonly StoredMessage[],
): Promise<void> => {
  const { lastEventId, received } = note;
  const ids = stored.map(({ id }) => id);
  const first = received[0];
  if (lastEventId === null || first === undefined) return;
  expect(ids.slice(ids.indexOf(first)).slice(0, received.length), "received out of order").toEqual(received);
  if (note.ends.length > 0) return;
  const missing = ids.slice(ids.indexOf(first) + received.length);
  const replayed = await listenFor(url, note.sessionId, lastEventId, missing.length);
  expect(replayed.ids, "the replay is not what was missed").toEqual(missing);
  note.received.push(...replayed.ids);
  note.lastEventId = replayed.lastEventId;
};

interface Replayed {
  readonly ids: readonly string[];
  readonly lastEventId: string;
}

/** The first so many messages of a connection; where there are none to come, it waits for `session.started`. */
const listenFor = (url: string, sessionId: string, after: string, count: number): Promise<Replayed> =>
  new Promise((resolve, reject) => {
    const path = eventsPath(sessionId, { lastEventId: after });
    const socket = new WebSocket(`${url.replace("http", "ws")}${path}`);
    const ids: string[] = [];
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`closed after ${ids.length} of ${count} messages`)));
    socket.on("message", (data) => {
      const event = JSON.parse(String(data));
      if (event.type === "message") ids.push(event.message.id);
      if (ids.length < count) return;
      socket.removeAllListeners("close").terminate();
      resolve({ ids, lastEventId: event.id });
    });
  });
