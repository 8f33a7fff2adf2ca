import { propertyRuns } from "@adjourn/testkit";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { echoId, startTestServer, type TestServer, typewriterId, userId } from "../setup/test-server.js";
import { createSession, type Wire, wires } from "../setup/wires.js";

const unknownId = "00000000-0000-4000-8000-00000000dead";

let server: TestServer;
let open: Wire[];
let over: string;
beforeAll(async () => {
  server = await startTestServer();
  open = wires.map((wire) => wire.open(server.url));
  const [wire] = open as [Wire, ...Wire[]];
  over = (await createSession(wire)).sessionId;
  await wire.call("endSession", { sessionId: over });
});
afterAll(async () => {
  for (const wire of open) await wire[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** A valid request of each operation; `sessionId` is filled in anew for each, since some of them end it. */
const valid: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  createSession: {
    agentId: echoId,
    userId,
    metadata: { a: 1 },
    timeoutConfig: { timeoutMinutes: 60 },
    channelId: unknownId,
  },
  updateSessionTimeout: {
    sessionId: "",
    timeoutMinutes: 60,
    autoRenew: false,
    maxDurationMinutes: 90,
    warningThresholdMinutes: 3,
  },
  sendSessionMessage: {
    sessionId: "",
    content: "hi",
    metadata: { a: [1] },
    attachments: [{ b: 2 }],
    transport: "websocket",
    mode: "sync",
  },
  endSessions: { sessionIds: [unknownId], userId, agentId: echoId, reason: "r", dryRun: true },
  endSession: { sessionId: "", reason: "r", idempotencyKey: "key" },
  getSession: { sessionId: "" },
  getEnding: { sessionId: unknownId },
  renewSession: { sessionId: "" },
  sessionHeartbeat: { sessionId: "" },
  getSessionMessages: { sessionId: "", limit: 10, before: "2026-11-23", after: "1" },
  getChannelMessages: { channelId: unknownId, limit: 10 },
  eraseUser: { userId: unknownId },
  eraseChannel: { channelId: unknownId },
  listSessions: { agentId: echoId, userId, search: "a", limit: 10, cursor: "WzEsIngiXQ" },
  getStatistics: { from: "2026-11-01T00:00:00Z", to: "2026-11-02T00:00:00Z", points: 3 },
  listEndings: { agentId: echoId, userId, search: "a", limit: 10, cause: "bulk" },
};
/** What travels in an address or a header over REST is text there, so only texts and whole numbers mean the same. */
const inBody = new Set(["createSession", "updateSessionTimeout", "sendSessionMessage", "endSessions"]);
const inAddress = new Set(["sessionId", "channelId", "idempotencyKey"]);

const texts = fc.oneof(
  fc.constantFrom(
    " ",
    "x",
    "0",
    "-1",
    "null",
    "\0",
    "é",
    "💥",
    "__proto__",
    "../..",
    "%00",
    "%",
    "a/b",
    "+",
    "&=",
  ),
  fc.constantFrom(
    echoId,
    typewriterId,
    userId,
    userId.toUpperCase(),
    unknownId,
    "bulk",
    "http",
    "sync",
    "2026-02-30",
  ),
  fc.constantFrom(128, 129, 200, 201, 255, 256, 4_000, 4_001).map((length) => "t".repeat(length)),
  fc
    .constantFrom(128, 129, 200, 201, 255, 256)
    .map((length) => "💥".repeat(Math.floor(length / 2)) + "t".repeat(length % 2)),
  fc
    .string({ unit: "binary", minLength: 1, maxLength: 12 })
    .map((text) => text.toWellFormed())
    // As a path's segment these two mean something else, which `fetch` resolves before we see them.
    .filter((text) => text !== "." && text !== ".."),
);
const numbers = fc.oneof(
  fc.constantFrom(-1, 0, 1, 4, 5, 100, 101, 1_000, 1_001, 1_440, 1_441, 2_880, 2_881),
  fc.integer(),
);
const values = fc.oneof(
  { weight: 3, arbitrary: texts },
  { weight: 2, arbitrary: numbers },
  { weight: 1, arbitrary: fc.constantFrom(null, true, false, 1.5, [], {}, [[]], [null], "\ud800", "") },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }).filter((value) => !Object.is(value, -0)) },
);

const mutation = fc.constantFrom(...Object.keys(valid)).chain((operation) => {
  const fields = Object.keys(valid[operation] ?? {});
  const change = fc.constantFrom(...fields).chain((field) => {
    const isText = inAddress.has(field) || !inBody.has(operation);
    const isTime = field === "before" || field === "after";
    const asText = field === "limit" ? numbers : isTime ? fc.oneof(texts, numbers) : texts;
    const headerSafe = (value: unknown) => field !== "idempotencyKey" || /^[!-~]+$/.test(String(value));
    const value = (isText ? asText : values).filter(headerSafe);
    const set = value.map((given) => ({ [field]: given }));
    return inAddress.has(field) && field !== "idempotencyKey"
      ? set
      : fc.oneof(set, fc.constant({ [field]: undefined }));
  });
  return fc.record({
    operation: fc.constant(operation),
    changes: fc.array(change, { minLength: 1, maxLength: 2 }),
  });
});

const inputOf = async (
  wire: Wire,
  operation: string,
  changes: object[],
): Promise<Record<string, unknown>> => {
  const input: Record<string, unknown> = { ...valid[operation] };
  if (input.sessionId === "") input.sessionId = (await createSession(wire)).sessionId;
  Object.assign(input, ...changes);
  for (const [name, value] of Object.entries(input)) if (value === undefined) delete input[name];
  return input;
};

it("a malformed request gets the same answer on every wire", async () => {
  const verdicts = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(mutation, async ({ operation, changes }) => {
      const seen = [];
      for (const wire of open) {
        const { status, code, details } = await wire.call(operation, await inputOf(wire, operation, changes));
        const issues = (details?.issues ?? []) as { path: string }[];
        seen.push({ status: status < 300 ? "success" : status, code, paths: issues.map(({ path }) => path) });
      }
      const [rest, ...others] = seen;
      for (const other of others) expect(other).toEqual(rest);
      const verdict = rest?.code ?? "success";
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    }),
    {
      ...propertyRuns(400),
      examples: [
        // Seed 863831729, path "214:4": REST named the id alone, tRPC the time too.
        [{ operation: "getSessionMessages", changes: [{ sessionId: "t".repeat(129) }, { after: -1 }] }],
      ],
    },
  );
  // Both were seen: what was let through and what was refused for each reason.
  expect([...verdicts.keys()]).toEqual(
    expect.arrayContaining([
      "success",
      "VALIDATION_ERROR",
      "INVALID_TIMEOUT_CONFIG",
      "SESSION_NOT_FOUND",
      "CHANNEL_NOT_FOUND",
    ]),
  );
}, 3_600_000);

/** A wrong value of each field, in a form that every wire can carry. */
const wrongFields: Readonly<Record<string, unknown>> = {
  sessionId: "t".repeat(129),
  channelId: "t".repeat(129),
  limit: 0,
  before: -1,
  after: "1.5",
  reason: "r".repeat(201),
  idempotencyKey: "k".repeat(256),
  content: "",
  metadata: [],
  attachments: {},
  transport: "pigeon",
  mode: "pigeon",
};

it("a request with several invalid fields gets all of them on every wire", async () => {
  for (const [operation, given] of Object.entries(valid)) {
    if (operation === "createSession" || !("sessionId" in given || "channelId" in given)) continue;
    // A key that the operation does not take is one more.
    const names = [...Object.keys(given).filter((name) => name in wrongFields), "idempotencyKey"];
    const input = Object.fromEntries(names.map((name) => [name, wrongFields[name]]));
    for (const wire of open) {
      const { status, details } = await wire.call(operation, { ...given, ...input });
      const issues = details?.issues as { path: string }[];
      expect([operation, status, issues.map(({ path }) => path).sort()]).toEqual([
        operation,
        400,
        [...new Set(names)].toSorted(),
      ]);
    }
  }
});

it("an ended session gets the same answer on every wire, unless the input is refused first", async () => {
  for (const [operation, input] of Object.entries(valid).filter(([, given]) => given.sessionId === ""))
    for (const wire of open) {
      expect(await wire.call(operation, { ...input, sessionId: over })).toMatchObject({
        status: 404,
        code: "SESSION_NOT_FOUND",
      });
      for (const wrong of [
        { limit: 0 },
        { reason: "r".repeat(201) },
        { content: "" },
        { timeoutMinutes: 1 },
        { before: -1 },
        { before: "-1" },
        { after: "1.5" },
        { after: "99999999999999999999" },
      ]) {
        if (!Object.keys(wrong).every((name) => name in input)) continue;
        expect((await wire.call(operation, { ...input, sessionId: over, ...wrong })).status).toBe(400);
      }
    }
});
