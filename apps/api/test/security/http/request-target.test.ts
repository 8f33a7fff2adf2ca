import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRaw, request, upgradeRequest } from "../../setup/raw-peer.js";
import { startTestServer, type TestServer, until } from "../../setup/test-server.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** The answer to one request whose target is sent as it stands, without what a client would make of it. */
const ask = async (target: string, method = "GET", headers: readonly string[] = []) => {
  await using peer = openRaw(server.url);
  peer.write(request(server.url, `${method} ${target}`, ["Connection: close", ...headers]));
  await peer.gone;
  return { status: peer.statuses()[0], text: peer.text() };
};

const calls = (count: number) => Array(count).fill("listAgents").join(",");

describe("a request target with a fragment", () => {
  it.each([
    `/trpc/${calls(21)}?batch=1#`,
    `/trpc/${calls(2)}?batch=1#&batch=1`,
    "/trpc/listAgents#",
    "/api/agents#",
    "/api/messaging/sessions/a#b",
    "/api/nowhere?#",
    "/openapi.json#x",
    "/healthz#",
    "#",
    "http://127.0.0.1/api/agents#",
  ])("is refused: %s", async (target) => {
    const { status, text } = await ask(target);
    expect([status, text]).toEqual([400, expect.stringContaining('"VALIDATION_ERROR"')]);
  });

  it.each(["/trpc#", "/trpc?connectionParams=1#", "/api/messaging/sessions/a/events#"])(
    "is refused at an upgrade: %s",
    async (target) => {
      await using peer = openRaw(server.url);
      peer.write(upgradeRequest(server.url, target));
      await peer.gone;
      expect([peer.statuses(), peer.text()]).toEqual([[400], expect.stringContaining('"VALIDATION_ERROR"')]);
    },
  );
});

describe("a batch of more than 20 calls", () => {
  const many = `/trpc/${calls(21)}`;
  it.each([
    `${many}?batch=1`,
    `${many.replaceAll(",", "%2C")}?batch=1`,
    `${many}?%62atch=1`,
    `${many}?batch=%31`,
    `${many}?x=1&batch=1`,
    `http://elsewhere.example${many}?batch=1`,
    `HTTP://elsewhere.example:1${many}?batch=1`,
  ])("is refused however it is written: %s", async (target) => {
    const { status, text } = await ask(target);
    expect([status, text]).toEqual([400, expect.stringContaining("A batch has at most 20 calls")]);
  });

  it.each([`${many}?batch=1&batch=0`, `${many}?batch=0&batch=1`, "/trpc/listAgents?batch=1&batch=1"])(
    "is not what a repeated parameter says: %s",
    async (target) => {
      const { status, text } = await ask(target);
      expect(text).not.toContain('"agents"');
      expect([400, 404]).toContain(status);
    },
  );

  it.each([
    `/trpc/../trpc/${calls(21)}?batch=1`,
    `//trpc/${calls(21)}?batch=1`,
    `/\\trpc/${calls(21)}?batch=1`,
    `\\trpc\\${calls(21)}?batch=1`,
    `/trpc%2F${calls(21)}?batch=1`,
    `/trpc/${calls(21)}%3Fbatch=1`,
  ])("is not reached by another spelling of its path: %s", async (target) => {
    const { status, text } = await ask(target);
    expect([400, 404]).toContain(status);
    expect(text).not.toContain('"agents"');
  });
});

describe("a request target is parsed the same way everywhere", () => {
  it.each([
    ["/trpc/listAgents?batch=1", 200],
    ["http://127.0.0.1/trpc/listAgents", 200],
    ["/api/agents?a=%zz", 400],
    ["/trpc/listAgents?a=%zz", 400],
    ["/trpc/%zz", 400],
    ["/api/messaging/sessions/%zz", 400],
    ["/api/messaging/sessions/%00", 400],
    ["/api/messaging/sessions/%2e%2e", 404],
    ["/api/messaging/channels/%E0%A4%A/messages", 400],
    ["/api//agents", 404],
    ["*", 404],
    ["", 400],
  ])("%s is %i", async (target, status) => {
    expect((await ask(target)).status).toBe(status);
  });

  it("tRPC gets the same query as REST, whatever Host says", async () => {
    const { status } = await ask("/trpc/listAgents?batch=1", "GET", []);
    expect(status).toBe(200);
  });

  it("a method that fetch does not know is a 405 as any other", async () => {
    const { status, text } = await ask("/trpc/listAgents", "TRACE");
    expect([status, text]).toEqual([405, expect.stringContaining('"METHOD_NOT_ALLOWED"')]);
    expect((await ask("/api/agents", "TRACE")).status).toBe(405);
    expect((await ask("/trpc/nowhere", "TRACE")).status).toBe(404);
  });

  it("leaves the server running", async () => {
    await using peer = openRaw(server.url);
    peer.write(request(server.url, "GET /api/agents"));
    await until(() => peer.statuses().length > 0);
    expect(peer.statuses()).toEqual([200]);
  });
});
