import { appRouter } from "@adjourn/router";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  adminKey,
  type BothHandlers,
  type Sent,
  serviceKey,
  startBothHandlers,
} from "../../test/both-trpc-handlers.js";

let handlers: BothHandlers;
beforeAll(async () => {
  handlers = await startBothHandlers();
});
afterAll(() => handlers[Symbol.asyncDispose]());

const admin = { Authorization: `Bearer ${adminKey}` };
const json = { ...admin, "Content-Type": "application/json" };
const encode = (value: unknown) => encodeURIComponent(JSON.stringify(value) ?? "");

type Input = object | string | undefined;

const query = (name: string, input?: Input, headers: Sent["headers"] = admin): Sent => ({
  method: "GET",
  path: `/trpc/${name}${input === undefined ? "" : `?input=${encode(input)}`}`,
  headers,
});

const mutation = (name: string, input?: Input, headers: Sent["headers"] = admin): Sent => ({
  method: "POST",
  path: `/trpc/${name}`,
  headers: { ...headers, ...(input === undefined ? {} : { "Content-Type": "application/json" }) },
  body: input === undefined ? undefined : JSON.stringify(input),
});

const fields = { sessionId: "$session", channelId: "$channel" };

const procedures: readonly (readonly [string, typeof query, Input])[] = [
  ["listSessions", query, { limit: 10 }],
  ["getSessionsHealth", query, undefined],
  ["getSession", query, fields],
  ["getSessionMessages", query, fields],
  ["getChannelMessages", query, fields],
  ["listEndings", query, { limit: 10, cause: "requested" }],
  ["getEnding", query, { sessionId: "$ended" }],
  ["listBlocks", query, { limit: 3 }],
  ["listWebhookDeliveries", query, { status: "failed" }],
  ["getStatistics", query, { from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z", points: 3 }],
  ["listAgents", query, {}],
  ["createSession", mutation, { agentId: "$agent", userId: "$user" }],
  ["endSession", mutation, { ...fields, reason: "ça suffit" }],
  ["renewSession", mutation, fields],
  ["updateSessionTimeout", mutation, { ...fields, timeoutMinutes: 60 }],
  ["sessionHeartbeat", mutation, fields],
  ["sendSessionMessage", mutation, { ...fields, content: "hello" }],
  ["cancelReply", mutation, { ...fields, messageId: "none" }],
  ["eraseChannel", mutation, { channelId: "unknown" }],
  ["blockUser", mutation, { userId: "5d3e2f10-6b7c-4d8e-9f01-23456789abcd", reason: "insults" }],
  ["unblockUser", mutation, { userId: "5d3e2f10-6b7c-4d8e-9f01-23456789abce" }],
  ["resendWebhook", mutation, { id: "none" }],
  ["eraseUser", mutation, { userId: "5d3e2f10-6b7c-4d8e-9f01-23456789abcd" }],
  ["endSessions", mutation, { userId: "$user" }],
  ["issueTicket", mutation, undefined],
];

it.each(procedures)("%s is answered without tRPC's handler, and as it would", async (name, call, fitting) => {
  const keys: Sent["headers"][] = [admin, { "X-API-KEY": serviceKey }, { Authorization: "Bearer $own" }, {}];
  const given: Input[] = [fitting, undefined, {}, "text", { sessionId: "$ended", channelId: "none" }];
  for (const key of keys)
    for (const input of given) {
      const { direct, isDirect, stock } = await handlers.ask(call(name, input, key));
      expect(direct).toEqual(stock);
      if (key === admin) expect(isDirect).toBe(true);
    }
});

it("every query and mutation is in that list", () => {
  const all = Object.entries(appRouter._def.procedures).filter(
    ([, { _def }]) => _def.type !== "subscription",
  );
  expect(procedures.map(([name]) => name).sort()).toEqual(all.map(([name]) => name).sort());
});

const post = (body: string | Buffer): Sent => ({
  method: "POST",
  path: "/trpc/endSession",
  headers: json,
  body,
});
const get = (path: string, headers: Sent["headers"] = admin): Sent => ({
  method: "GET",
  path: `/trpc/${path}`,
  headers,
});
const nested = (levels: number): object => JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`);
const batch = (first: unknown, second: unknown) => encode({ 0: first, 1: second });

it.each<[string, Sent]>([
  ["a session that never was", mutation("endSession", { sessionId: "none" })],
  ["a session that has ended", mutation("endSession", { sessionId: "$ended" })],
  ["a retry", mutation("endSession", { sessionId: "$ended", idempotencyKey: "a-key" })],
  ["a store that is down", query("getSession", { sessionId: "down" })],
  ["a defect", mutation("endSession", { sessionId: "defect" })],
  ["a stray idempotency key", query("getSession", { sessionId: "$session", idempotencyKey: "k" })],
  ["an input nested too deep", query("getSession", { sessionId: "$session", x: nested(70) })],
  [
    "a transport of REST alone",
    mutation("sendSessionMessage", { ...fields, content: "a", transport: "sse" }),
  ],
  ["a prototype", post('{"sessionId":"$session","__proto__":{"a":1}}')],
  ["an empty query", get("listSessions?input=")],
  ["a query that is no JSON", get("getSession?input={")],
  ["a query with a plus", get("getSession?input={%22sessionId%22:+%22$session%22}")],
  ["a query for nothing", get("getSession?")],
  ["a body that is no JSON", post("{")],
  ["a body that is not UTF-8", post(Buffer.from([0x22, 0xff, 0x22]))],
  ["a byte order mark", post('\ufeff{"sessionId":"$session"}')],
  ["null", post("null")],
  [
    "a body with a character set",
    { ...post("{}"), headers: { ...admin, "Content-Type": "application/json;charset=UTF-8" } },
  ],
  [
    "a batch",
    get(`getSession,getEnding?batch=1&input=${batch({ sessionId: "$session" }, { sessionId: "$ended" })}`),
  ],
  ["a batch of one", get(`getSession?batch=1&input=${batch({ sessionId: "$session" }, 1)}`)],
  [
    "a batch that fails in part",
    get(`getSession,getSession?batch=1&input=${batch({ sessionId: "none" }, { sessionId: "$session" })}`),
  ],
  [
    "a batch that fails alike",
    get(`getSession,getEnding?batch=1&input=${batch({ sessionId: "none" }, { sessionId: "none" })}`),
  ],
  [
    "a batch that is down and defect",
    get(`getSession,getSession?batch=1&input=${batch({ sessionId: "defect" }, { sessionId: "down" })}`),
  ],
  ["a batch without inputs", get("listAgents,getSession?batch=1")],
  ["a batch that is a list", get("listAgents,getSession?batch=1&input=[{}]")],
  [
    "a batch of mutations",
    {
      ...post('{"0":{"sessionId":"$session"},"1":{"sessionId":"$session"}}'),
      path: "/trpc/endSession,sessionHeartbeat?batch=1",
    },
  ],
])("%s gets the answer of tRPC's handler", async (_, sent) => {
  const { direct, isDirect, stock } = await handlers.ask(sent);
  expect(direct).toEqual(stock);
  expect(isDirect).toBe(true);
});

it.each<[string, Sent]>([
  ["a stream of lines", get("listAgents?batch=1", { ...admin, "trpc-accept": "application/jsonl" })],
  ["another content type", { ...post("{}"), headers: { ...admin, "Content-Type": "text/plain" } }],
  ["a compressed body", { ...post("{}"), headers: { ...json, "Content-Encoding": "gzip" } }],
  ["a body without a length", { ...post("{}"), headers: { ...json, "Transfer-Encoding": "chunked" } }],
  ["a body that is too large", post(`"${"x".repeat(140_000)}"`)],
  ["a subscription", query("sessionEvents", { sessionId: "none" })],
  ["an unknown procedure", get("listAgents,nothing?batch=1")],
  ["an inherited name", get("toString")],
  ["a query by POST", mutation("listAgents", {})],
  ["a mutation by GET", get("endSession")],
  ["queries and mutations", get("listAgents,endSession?batch=1")],
  ["a batch of too many", get(`${Array(21).fill("listAgents")}?batch=1`)],
  ["a repeated parameter", get("listAgents?input={}&input={}")],
  ["a query that is encoded badly", get("listAgents?input=%ff")],
  ["a name in percent-encoding", get("list%41gents")],
  ["a parameter's name in percent-encoding", get("listAgents?b%61tch=1")],
  ["an idempotency key in a header", { ...post("{}"), headers: { ...json, "Idempotency-Key": "k" } }],
])("%s is left to tRPC's handler, or refused without it as ever", async (_, sent) => {
  const { direct, stock } = await handlers.ask(sent);
  expect(direct).toEqual(stock);
});
