import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, sessionsPath } from "../../setup/api-call.js";
import { echoId, startTestServer, type TestServer, userId } from "../../setup/test-server.js";
import { createSession, type Wire, wires } from "../../setup/wires.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** An object of exactly so many bytes as JSON. */
const objectOf = (bytes: number, filler = "x") => {
  const size = Buffer.byteLength(filler);
  const fill = filler.repeat(Math.floor((bytes - 8) / size));
  const object = { a: fill };
  object.a += "y".repeat(bytes - Buffer.byteLength(JSON.stringify(object)));
  return object;
};
const attachmentsOf = (bytes: number) => [objectOf(bytes - 2)];
const send = { content: "x" };

/** What is just allowed, and what is just too much. */
const limits: readonly [string, string, Record<string, unknown>, Record<string, unknown>][] = [
  ["content", "sendSessionMessage", { content: "x".repeat(4_000) }, { content: "x".repeat(4_001) }],
  ["content, the least", "sendSessionMessage", { content: " " }, { content: "" }],
  [
    "content in UTF-16",
    "sendSessionMessage",
    { content: "💥".repeat(2_000) },
    { content: `${"💥".repeat(2_000)}x` },
  ],
  [
    "metadata",
    "sendSessionMessage",
    { ...send, metadata: objectOf(10_240) },
    { ...send, metadata: objectOf(10_241) },
  ],
  [
    "metadata in UTF-8",
    "sendSessionMessage",
    { ...send, metadata: objectOf(10_240, "é") },
    { ...send, metadata: objectOf(10_241, "é") },
  ],
  [
    "attachments",
    "sendSessionMessage",
    { ...send, attachments: Array(10).fill({}) },
    { ...send, attachments: Array(11).fill({}) },
  ],
  [
    "attachments' bytes",
    "sendSessionMessage",
    { ...send, attachments: attachmentsOf(16_384) },
    { ...send, attachments: attachmentsOf(16_385) },
  ],
  [
    "what an attachment is",
    "sendSessionMessage",
    { ...send, attachments: [{}] },
    { ...send, attachments: ["x"] },
  ],
  ["metadata at creation", "createSession", { metadata: objectOf(10_240) }, { metadata: objectOf(10_241) }],
  ["a key", "createSession", { idempotencyKey: "k".repeat(255) }, { idempotencyKey: "k".repeat(256) }],
  ["what an id is", "createSession", { userId: randomUUID() }, { userId: "user-1" }],
  ["messages a page", "getSessionMessages", { limit: 100 }, { limit: 101 }],
  ["messages a page, the least", "getSessionMessages", { limit: 1 }, { limit: 0 }],
  ["sessions a page", "listSessions", { limit: 1_000 }, { limit: 1_001 }],
  ["sessions a page, the least", "listSessions", { limit: 1 }, { limit: 0 }],
  ["whole sessions a page", "listSessions", { limit: 2 }, { limit: 1.5 }],
  ["endings a page", "listEndings", { limit: 1_000 }, { limit: 1_001 }],
  ["a cause", "listEndings", { cause: "bulk" }, { cause: "boredom" }],
  ["a search", "listSessions", { search: "s".repeat(128) }, { search: "s".repeat(129) }],
  [
    "a bulk end's reason",
    "endSessions",
    { sessionIds: ["x"], reason: "r".repeat(200) },
    { sessionIds: ["x"], reason: "r".repeat(201) },
  ],
  ["a bulk end's filters", "endSessions", { sessionIds: ["x"] }, {}],
];

describe.each(wires)("limits over $wire", ({ open }) => {
  let wire: Wire;
  let sessionId: string;
  beforeAll(async () => {
    wire = open(server.url);
    sessionId = (await createSession(wire)).sessionId;
  });
  afterAll(() => wire[Symbol.asyncDispose]());

  const inputFor = (operation: string, input: Record<string, unknown>) => {
    if (operation === "createSession") return { agentId: echoId, userId, ...input };
    return /^(list|endSessions)/.test(operation) ? input : { sessionId, ...input };
  };

  it.each(limits)("%s", async (_, operation, allowed, tooMuch) => {
    const accepted = await wire.call(operation, inputFor(operation, allowed));
    expect(accepted.status, JSON.stringify(accepted.body)).toBeLessThan(300);
    const refused = await wire.call(operation, inputFor(operation, tooMuch));
    expect(refused).toMatchObject({ status: 400, code: "VALIDATION_ERROR" });
    expect(refused.details?.issues).not.toHaveLength(0);
  });

  it.each(["getSession", "renewSession", "sessionHeartbeat", "endSession", "getSessionMessages"])(
    "%s looks up any id of up to 128 characters",
    async (operation) => {
      expect(await wire.call(operation, { sessionId: "i".repeat(128) })).toMatchObject({ status: 404 });
      expect(await wire.call(operation, { sessionId: "i".repeat(129) })).toMatchObject({ status: 400 });
    },
  );

  it("a reason of 200 characters is stored; one of 201 is refused and ends nothing", async () => {
    const { sessionId } = await createSession(wire);
    expect(await wire.call("endSession", { sessionId, reason: "r".repeat(201) })).toMatchObject({
      status: 400,
    });
    expect(await wire.call("endSession", { sessionId, idempotencyKey: "k".repeat(256) })).toMatchObject({
      status: 400,
    });
    expect(await wire.call("endSession", { sessionId, reason: "r".repeat(200) })).toMatchObject({
      status: 200,
    });
    const { body } = await wire.call("listEndings", { search: sessionId });
    expect(body.endings).toMatchObject([{ reason: "r".repeat(200) }]);
  });

  it.each([
    [{ timeoutMinutes: 5 }, { timeoutMinutes: 4 }],
    [{ timeoutMinutes: 1_440, maxDurationMinutes: 1_440 }, { timeoutMinutes: 1_441 }],
    [{ timeoutMinutes: 60 }, { timeoutMinutes: "60" }],
    [{ timeoutMinutes: 60 }, { timeoutMinutes: 60.5 }],
    [{ timeoutMinutes: 60 }, { timeoutMinutes: null }],
    [
      { timeoutMinutes: 60, maxDurationMinutes: 60 },
      { timeoutMinutes: 60, maxDurationMinutes: 59 },
    ],
    [{ maxDurationMinutes: 2_880 }, { maxDurationMinutes: 2_881 }],
    [{ warningThresholdMinutes: 1 }, { warningThresholdMinutes: 0 }],
    [{ autoRenew: false }, { autoRenew: "false" }],
  ])("timeouts: %j, and %j is INVALID_TIMEOUT_CONFIG", async (allowed, wrong) => {
    const refused = { status: 400, code: "INVALID_TIMEOUT_CONFIG" };
    const created = await createSession(wire, { timeoutConfig: allowed });
    expect(created).toMatchObject({ timeoutConfig: allowed });
    expect(
      await wire.call("createSession", inputFor("createSession", { timeoutConfig: wrong })),
    ).toMatchObject(refused);
    const patched = await createSession(wire);
    const change = (input: object) =>
      wire.call("updateSessionTimeout", { sessionId: patched.sessionId, ...input });
    const before = await wire.call("getSession", { sessionId: patched.sessionId });
    expect(await change(wrong)).toMatchObject(refused);
    const after = await wire.call("getSession", { sessionId: patched.sessionId });
    expect({ ...after.body, timeRemaining: 0 }).toEqual({ ...before.body, timeRemaining: 0 });
    expect((await change(allowed)).body).toMatchObject({ timeoutConfig: allowed });
  });

  it("a default maximum duration grows to a longer timeout; one that was set refuses a longer timeout in a PATCH", async () => {
    const long = { timeoutMinutes: 1_440 };
    const created = await createSession(wire, { timeoutConfig: long });
    expect(created).toMatchObject({ timeoutConfig: { ...long, maxDurationMinutes: 1_440 } });
    const { sessionId } = await createSession(wire);
    expect(await wire.call("updateSessionTimeout", { sessionId, timeoutMinutes: 721 })).toMatchObject({
      code: "INVALID_TIMEOUT_CONFIG",
    });
    expect(await wire.call("updateSessionTimeout", { sessionId, timeoutMinutes: 720 })).toMatchObject({
      status: 200,
    });
  });
});

describe("limits of HTTP", () => {
  const bodyOf = (bytes: number): string => {
    const start = '{"sessionId":"none","content":"x","padding":"';
    return `${start}${"p".repeat(bytes - start.length - 2)}"}`;
  };
  it.each([`${sessionsPath}/none/messages`, "/trpc/sendSessionMessage"])("a body to %s", async (path) => {
    expect((await ask(server.url, "POST", path, { body: bodyOf(131_072) })).status).toBe(404);
    expect((await ask(server.url, "POST", path, { body: bodyOf(131_073) })).status).toBe(413);
  });

  it("the default pages have 100 sessions and 50 messages", async () => {
    const userId = randomUUID();
    const sessions = await Promise.all(
      Array.from({ length: 101 }, () =>
        ask(server.url, "POST", sessionsPath, { body: { agentId: echoId, userId } }),
      ),
    );
    const list = (await ask(server.url, "GET", `${sessionsPath}?userId=${userId}`)).json;
    expect([list.sessions.length, list.total, typeof list.nextCursor]).toEqual([100, 101, "string"]);
    const path = `${sessionsPath}/${sessions[0]?.json.sessionId}/messages`;
    await Promise.all(
      Array.from({ length: 51 }, () => ask(server.url, "POST", path, { body: { content: "x" } })),
    );
    expect((await ask(server.url, "GET", path)).json.messages).toHaveLength(50);
  });
});
