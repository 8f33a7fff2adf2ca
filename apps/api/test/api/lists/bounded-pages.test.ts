import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../setup/test-server.js";
import { createSession, restWire, type Wire, wires } from "../../setup/wires.js";

const mebibyte = 1_024 * 1_024;
let server: TestServer;
let ids: { sessionId: string; channelId: string };
/** The contents of all messages, oldest first. */
const sent: string[] = [];

/** As large as a message can be, and larger as JSON: a NUL can't be stored, but any other control character can. */
const fill = async (wire: Wire, sessionId: string, count: number) => {
  for (let index = 0; index < count; index += 1) {
    const content = `${index}:${"\u0001".repeat(3_990)}`;
    sent.push(content);
    const { status } = await wire.call("sendSessionMessage", {
      sessionId,
      content,
      metadata: { text: "é".repeat(5_000) },
      attachments: [{ text: "a".repeat(16_000) }],
    });
    expect(status).toBe(201);
  }
};

beforeAll(async () => {
  server = await startTestServer();
  const wire = restWire(server.url);
  const { sessionId, channelId } = await createSession(wire, {
    agentId: "00000000-0000-4000-8000-000000000002",
  });
  ids = { sessionId, channelId };
  await fill(wire, sessionId, 60);
}, 60_000);
afterAll(() => server[Symbol.asyncDispose]());

type Page = {
  messages: { id: string; content: string; isAgent: boolean }[];
  hasMore: boolean;
  cursors: { before: number; after: number };
};

describe.each(wires)("a page of large messages over $wire", ({ open }) => {
  it.each(["getSessionMessages", "getChannelMessages"])("of %s ends at 1 MiB of JSON", async (operation) => {
    await using wire = open(server.url);
    // A 200 has a page's shape: the fuzz test compares every answer with its schema.
    const page = (await wire.call(operation, { ...ids, limit: 100 })).body as Page;
    const bytes = Buffer.byteLength(JSON.stringify(page));
    expect(page.hasMore).toBe(true);
    expect(bytes).toBeLessThanOrEqual(mebibyte);
    // It is as long as it may be: one more would not have fitted.
    expect(bytes).toBeGreaterThan(mebibyte - 2 * 60_000);
  });

  it("is followed by the next without a gap, in both directions", async () => {
    await using wire = open(server.url);
    const users = (messages: Page["messages"]) => messages.filter(({ isAgent }) => !isAgent);
    const older: string[] = [];
    for (let before: number | undefined; ; ) {
      // A 200 has a page's shape: the fuzz test compares every answer with its schema.
      const page = (
        await wire.call("getChannelMessages", { ...ids, limit: 100, ...(before ? { before } : {}) })
      ).body as Page;
      older.push(...users(page.messages).map(({ content }) => content));
      if (!page.hasMore) break;
      ({ before } = page.cursors);
    }
    expect(older.reverse()).toEqual(sent);
    const newer: string[] = [];
    for (let after = 0; ; ) {
      // A 200 has a page's shape: the fuzz test compares every answer with its schema.
      const page = (await wire.call("getChannelMessages", { ...ids, limit: 100, after })).body as Page;
      newer.push(
        ...users(page.messages)
          .map(({ content }) => content)
          .reverse(),
      );
      if (!page.hasMore) break;
      ({ after } = page.cursors);
    }
    expect(newer).toEqual(sent);
  });
});

describe("a batch", () => {
  const calls = (count: number, name: string, input: object) => ({
    path: `/trpc/${Array(count).fill(name).join(",")}?batch=1`,
    input: Object.fromEntries(Array.from({ length: count }, (_, index) => [index, input])),
  });

  it.each(["application/json", "application/jsonl"])(
    "of pages answers 4 MiB, and 413 beyond (%s)",
    async (accept) => {
      const { path, input } = calls(20, "getSessionMessages", { ...ids, limit: 100 });
      const response = await fetch(
        `${server.url}${path}&input=${encodeURIComponent(JSON.stringify(input))}`,
        {
          headers: { "trpc-accept": accept },
        },
      );
      const text = await response.text();
      expect(Buffer.byteLength(text)).toBeLessThan(4 * mebibyte + 65_536);
      expect(Buffer.byteLength(text)).toBeGreaterThan(3 * mebibyte);
      expect(text.match(/"PAYLOAD_TOO_LARGE","details":\{"maxBytes":4194304\}/g)?.length).toBe(16);
    },
  );

  it("of mutations gets the answer of each", async () => {
    const { path, input } = calls(20, "sessionHeartbeat", { sessionId: ids.sessionId });
    const response = await fetch(`${server.url}${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(input),
    });
    const answers = (await response.json()) as { result?: object }[];
    expect(answers.filter(({ result }) => result !== undefined)).toHaveLength(20);
  });
});

describe("a list of sessions", () => {
  it("ends at 4 MiB of JSON, and its cursor goes on where it ended", async () => {
    await using lists = await startTestServer();
    const wire = restWire(lists.url);
    const metadata = { text: "\u0001".repeat(1_700) };
    const created: string[] = [];
    for (let index = 0; index < 480; index += 1)
      created.unshift((await createSession(wire, { metadata })).sessionId);
    const listed: string[] = [];
    let pages = 0;
    for (let cursor: unknown; ; pages += 1) {
      const { body } = await wire.call("listSessions", { limit: 1_000, ...(cursor ? { cursor } : {}) });
      expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThanOrEqual(4 * mebibyte);
      expect(body.total).toBe(480);
      listed.push(...(body.sessions as { sessionId: string }[]).map(({ sessionId }) => sessionId));
      cursor = body.nextCursor;
      if (cursor === undefined) break;
    }
    expect(pages).toBe(1);
    expect(listed.sort()).toEqual(created.sort());
  });
});
