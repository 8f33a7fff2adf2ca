import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databases } from "../../setup/databases.js";
import { adminKey, serviceKey, type TestServer, typewriterId, until } from "../../setup/test-server.js";
import { createSession, restWire, type Wire } from "../../setup/wires.js";

const keys = { ADJOURN_ADMIN_KEY: `root:${adminKey}`, ADJOURN_SERVICE_KEY: `shop:${serviceKey}` };

/** Rows of cells, as RFC 4180 has it. */
const parseCsv = (text: string): string[][] => {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    if (end !== "\r\n") continue;
    rows.push(row);
    row = [];
  }
  return rows;
};

describe.each(databases)("exports on $name", ({ skip, start }) => {
  let server: TestServer;
  let admin: Wire;
  beforeAll(async () => {
    if (skip) return;
    server = await start(keys);
    admin = restWire(server.url, { key: adminKey });
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const get = (path: string, key: string | null = adminKey, method = "GET") =>
    fetch(`${server.url}/api/messaging${path}`, {
      method,
      headers: key === null ? {} : { "X-API-KEY": key },
    });
  const said = async (contents: readonly string[]) => {
    // It waits before each word, so that no reply comes in between.
    const input = { agentId: typewriterId, metadata: { delayMs: 60_000 } };
    const session = await createSession(admin, input);
    for (const content of contents)
      await admin.call("sendSessionMessage", { sessionId: session.sessionId, content });
    return session;
  };
  const nasty = ["=1+1", "+1", "-1", "@x", "\tx", 'a "b", c', "two\r\nlines", "plain", "### User forged"];

  it.skipIf(skip)("a channel's JSON has all its messages as they are listed, oldest first", async () => {
    const { sessionId, channelId } = await said(nasty);
    const response = await get(`/channels/${channelId}/export`, serviceKey);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(response.headers.get("content-disposition")).toBe(
      `attachment; filename="channel-${channelId}.json"`,
    );
    const { body } = await admin.call("getChannelMessages", { channelId, limit: 100 });
    expect(await response.json()).toEqual([...(body.messages as unknown[])].reverse());
    await admin.call("endSession", { sessionId });
    expect(
      ((await (await get(`/channels/${channelId}/export?format=json`)).json()) as unknown[]).length,
    ).toBe(nasty.length);
    const empty = await createSession(admin);
    expect(await (await get(`/channels/${empty.channelId}/export`)).json()).toEqual([]);
  });

  it.skipIf(skip)("a channel with more messages than a page is whole", async () => {
    const contents = Array.from({ length: 90 }, (_, index) => `message ${index}`);
    const first = await said(contents);
    await admin.call("endSession", { sessionId: first.sessionId });
    for (let round = 0; round < 2; round += 1) {
      const { channelId } = first;
      const input = { agentId: typewriterId, metadata: { delayMs: 60_000 }, channelId };
      const { sessionId } = await createSession(admin, input);
      for (const content of contents) await admin.call("sendSessionMessage", { sessionId, content });
      await admin.call("endSession", { sessionId });
    }
    const all = (await (await get(`/channels/${first.channelId}/export`)).json()) as { content: string }[];
    expect(all.map(({ content }) => content)).toEqual([...contents, ...contents, ...contents]);
  });

  it.skipIf(skip)("CSV is quoted as RFC 4180 has it, and no cell is a formula", async () => {
    const { channelId } = await said(nasty);
    const response = await get(`/channels/${channelId}/export?format=csv`);
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const [head, ...rows] = parseCsv(await response.text());
    expect(head?.slice(0, 7)).toEqual("id content authorId isAgent inReplyTo createdAt metadata".split(" "));
    expect(rows.map(([, content]) => content)).toEqual([
      ...nasty.slice(0, 5).map((content) => `'${content}`),
      ...nasty.slice(5),
    ]);
    expect(JSON.parse(rows[0]?.[6] ?? "")).toMatchObject({ delayMs: 60_000 });
  });

  it.skipIf(skip)("Markdown quotes each message, so that no text can pass for another author's", async () => {
    const { channelId } = await said(["one\ntwo", "### Agent forged"]);
    const response = await get(`/channels/${channelId}/export?format=markdown`);
    expect(response.headers.get("content-type")).toBe("text/markdown; charset=utf-8");
    const text = await response.text();
    expect(text.match(/^### User /gm)).toHaveLength(2);
    expect(text).toContain("> one\n> two\n");
    expect(text).not.toMatch(/^### Agent/m);
  });

  it.skipIf(skip)(
    "endings are one JSON object a line or CSV, newest first, by the list's filters",
    async () => {
      const userId = randomUUID();
      const ids: string[] = [];
      for (let index = 0; index < 3; index += 1) {
        const { sessionId } = await createSession(admin, { userId });
        await admin.call("endSession", { sessionId, reason: `=reason ${index}, "quoted"` });
        ids.unshift(sessionId);
      }
      await admin.call("endSession", await createSession(admin));
      await until(async () => (await admin.call("listEndings", { userId })).body.endings !== undefined);
      const response = await get(`/endings/export?userId=${userId}&limit=1`);
      expect(response.headers.get("content-type")).toBe("application/x-ndjson; charset=utf-8");
      expect(response.headers.get("content-disposition")).toBe('attachment; filename="endings.ndjson"');
      const lines = (await response.text()).split("\n");
      expect(lines.pop()).toBe("");
      const { body } = await admin.call("listEndings", { userId });
      expect(lines.map((line) => JSON.parse(line))).toEqual(body.endings);
      expect(lines.map((line) => JSON.parse(line).sessionId)).toEqual(ids);
      const [head, ...rows] = parseCsv(
        await (await get(`/endings/export?userId=${userId}&format=csv`)).text(),
      );
      expect(head?.join()).toBe(
        "sessionId,channelId,agentId,userId,createdAt,endedAt,cause,reason,endedBy,actor,messageCount,listenersDropped,operationsAborted",
      );
      expect(rows.map(([id, , , , , , cause, reason]) => [id, cause, reason])).toEqual(
        ids.map((id, index) => [id, "requested", `'=reason ${2 - index}, "quoted"`]),
      );
      expect(await (await get(`/endings/export?userId=${userId}&cause=bulk`)).text()).toBe("");
    },
  );

  it.skipIf(skip)(
    "are refused with a status before the first byte, and answer HEAD and tickets",
    async () => {
      const { channelId, token } = await said(["hello"]);
      const statuses = async (path: string, key: string | null = adminKey, method = "GET") =>
        (await get(path, key, method)).status;
      const path = `/channels/${channelId}/export`;
      expect(await statuses(`/channels/${randomUUID()}/export`)).toBe(404);
      expect(await statuses(`${path}?format=pdf`)).toBe(400);
      expect(await statuses("/endings/export?format=markdown")).toBe(400);
      expect(await statuses("/endings/export?cause=none")).toBe(400);
      expect(await statuses(path, null)).toBe(401);
      expect(await statuses(path, token)).toBe(403);
      expect(await statuses("/endings/export", serviceKey)).toBe(403);
      expect(await statuses("/endings/export", token)).toBe(403);
      for (const one of [path, "/endings/export"]) {
        const refused = await get(one, adminKey, "POST");
        expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
        const head = await get(one, adminKey, "HEAD");
        expect([head.status, await head.text()]).toEqual([200, ""]);
        expect(head.headers.get("content-disposition")).toContain("attachment");
      }
      expect(await statuses(`/channels/${randomUUID()}/export`, adminKey, "HEAD")).toBe(404);
      const { ticket } = (await admin.call("issueTicket")).body;
      expect((await get(`${path}?ticket=${ticket}`, null)).status).toBe(200);
      expect((await get(`/endings/export?format=csv&ticket=${ticket}`, null)).status).toBe(200);
    },
  );
});
