import { propertyRuns } from "@adjourn/testkit";
import fc from "fast-check";
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

/** Mostly the first, sometimes one of the others. */
const mostly = <T>(usual: fc.Arbitrary<T>, ...others: fc.Arbitrary<T>[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 8 * others.length, arbitrary: usual }, ...others);

const names = {
  query: [
    "getSession",
    "getSessionMessages",
    "getChannelMessages",
    "getEnding",
    "listSessions",
    "listAgents",
  ],
  mutation: [
    "endSession",
    "sessionHeartbeat",
    "renewSession",
    "sendSessionMessage",
    "endSessions",
    "createSession",
  ],
} as const;

const id = fc.constantFrom("$session", "$ended", "$channel", "$user", "$agent", "none", "down", "defect");
const input: fc.Arbitrary<unknown> = mostly<unknown>(
  fc.record(
    {
      sessionId: id,
      channelId: id,
      userId: id,
      agentId: id,
      content: fc.constantFrom("hello", "", "💥"),
      limit: fc.integer({ min: -1, max: 200 }),
    },
    { requiredKeys: ["sessionId"] },
  ),
  fc.dictionary(
    fc.constantFrom("sessionId", "before", "metadata", "__proto__", "idempotencyKey"),
    fc.jsonValue(),
  ),
  fc.jsonValue(),
  fc.constant(undefined),
);
const envelope = mostly<string | null>(
  fc.constant(null),
  fc.json(),
  fc.string(),
  fc.constantFrom("[]", "null", "1", "{", "", '{"0":{}}'),
);
const headers = mostly<Record<string, string>>(
  fc.constant({}),
  fc.constantFrom<Record<string, string>>(
    { accept: "application/jsonl" },
    { "idempotency-key": "k" },
    { "content-encoding": "gzip" },
    { "content-type": "application/json; charset=latin1" },
    { "content-type": "multipart/form-data" },
  ),
);
const key = mostly<Record<string, string>>(
  fc.constant({ Authorization: `Bearer ${adminKey}` }),
  fc.constant({ "X-API-KEY": serviceKey }),
  fc.constant({ Authorization: "Bearer $own" }),
  fc.constantFrom<Record<string, string>>({}, { Authorization: "Bearer wrong" }),
);

/** Requests that are what a client sends, or nearly. */
const anyRequest = fc
  .record({
    type: fc.constantFrom("query" as const, "mutation" as const),
    isBatch: fc.boolean(),
    called: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
    given: fc.array(input, { minLength: 5, maxLength: 5 }),
    envelope,
    headers,
    key,
  })
  .map(({ type, isBatch, called, given, envelope, headers, key }): Sent => {
    const calls = isBatch ? called : called.slice(0, 1);
    const inputs = isBatch ? Object.fromEntries(calls.map((_, at) => [at, given[at]])) : given[0];
    const text = (envelope ?? JSON.stringify(inputs) ?? "").toWellFormed();
    const path = `/trpc/${calls.map((at) => names[type][at % names[type].length])}`;
    const query = [isBatch ? "batch=1" : "", type === "query" ? `input=${encodeURIComponent(text)}` : ""];
    const asked = query.filter((part) => part !== "").join("&");
    return {
      method: type === "query" ? "GET" : "POST",
      path: asked === "" ? path : `${path}?${asked}`,
      headers: { ...(type === "query" ? {} : { "content-type": "application/json" }), ...key, ...headers },
      body: type === "query" ? undefined : text,
    };
  });

it("whatever is asked, tRPC's handler would say the same", async () => {
  let direct = 0;
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(anyRequest, async (sent) => {
      const both = await handlers.ask(sent);
      runs += 1;
      if (both.isDirect) direct += 1;
      expect(both.direct).toEqual(both.stock);
    }),
    propertyRuns(1_000),
  );
  // Otherwise little was compared.
  expect(direct).toBeGreaterThan(runs / 2);
}, 7_200_000);
