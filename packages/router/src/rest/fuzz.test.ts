import { Agent, request as httpRequest } from "node:http";
import { contractWatches, propertyRuns } from "@adjourn/testkit";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type RestServer,
  scriptedAgentId,
  startRestServer,
  testUserId,
  unknownId,
} from "../../test/rest-server.js";
import { createOpenapiDocument } from "./openapi/openapi.js";

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}
interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: { readonly "application/json": { readonly schema: Schema } } };
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { schema: Schema }>> }>
  >;
}

const document = createOpenapiDocument({ dialect: "documented" }) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

const ajv = addFormats.default(new Ajv2020({ strict: false }));
ajv.addSchema(document, "document");
const validators = new Map<Schema, ValidateFunction>();
const fits = (schema: Schema, value: unknown): string | null => {
  const validate =
    validators.get(schema) ??
    ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')));
  validators.set(schema, validate);
  return validate(value) ? null : ajv.errorsText(validate.errors);
};

let server: RestServer;
const keepAlive = new Agent({ keepAlive: true, maxSockets: 8 });
/** What exists while the requests come in; some of them will have been ended by others. */
const known: Record<string, string[]> = {
  sessionId: [],
  channelId: [],
  agentId: [],
  userId: [],
  messageId: [],
  /** Of a webhook delivery. */
  id: [],
};

beforeAll(async () => {
  server = await startRestServer({ webhooks: contractWatches });
  known.agentId = [scriptedAgentId];
  known.userId = [testUserId];
  void answerForEver();
});
afterAll(async () => {
  keepAlive.destroy();
  await server[Symbol.asyncDispose]();
});

/** A message whose reply stays in flight. */
const heldContent = "a message whose reply stays in flight";

const answerForEver = async (): Promise<never> => {
  for (;;) {
    const turn = await server.world.agent.nextTurn();
    turn.say("ok");
    if (turn.turn.message.content !== heldContent) turn.finish();
  }
};

const anyText = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.constantFrom(
    "",
    " ",
    "\0",
    "../..",
    "NaN",
    "null",
    "-1",
    "1e999",
    unknownId,
    "'; drop table sessions",
    "💥",
  ),
);

const resolve = (schema: Schema): Schema =>
  schema.$ref ? (document.components.schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {}) : schema;

/** Mostly what the schema asks for, so that requests get past the first check; sometimes anything at all. */
const mostlyRight = (name: string, given: Schema): fc.Arbitrary<unknown> => {
  const schema = resolve(given);
  const wrong = fc.oneof(anyText, fc.jsonValue({ maxDepth: 3 }));
  return fc.oneof({ weight: 8, arbitrary: rightValue(name, schema) }, { weight: 1, arbitrary: wrong });
};

const rightValue = (name: string, schema: Schema): fc.Arbitrary<unknown> => {
  const ids = known[name];
  if (ids !== undefined) {
    // The pool grows while the test runs, so the choice is made when the request is; the newest may still live.
    const fromPool = fc.nat().map((at) => ids.at(-1 - (at % 4)) ?? unknownId);
    return fc.oneof({ weight: 6, arbitrary: fromPool }, { weight: 1, arbitrary: fc.uuid() });
  }
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => rightValue(name, one)));
  if (schema.format === "uuid") return fc.uuid();
  if (schema.format === "date-time")
    return fc
      .integer({ min: 1, max: 3_600_000 })
      .map((agoMs) => new Date(server.world.clock.now() - agoMs).toISOString());
  if (name === "sessionIds") return fc.array(rightValue("sessionId", {}), { maxLength: 3 });
  switch (schema.type) {
    case "integer":
      return fc.oneof(
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: -1, max: 3_000 }),
        fc.constant(1.5),
      );
    case "boolean":
      return fc.boolean();
    case "array":
      return fc.array(rightValue("item", schema.items ?? {}), { maxLength: 12 });
    case "object":
      return schema.properties
        ? objectOf(schema)
        : fc.dictionary(anyText, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
    default:
      return anyText;
  }
};

/** One time in three only what must be there, and right: many refusals would hide the rest otherwise. */
const objectOf = ({ properties = {}, required = [] }: Schema): fc.Arbitrary<object> => {
  const all = Object.entries(properties);
  const least = all.filter(([name]) => required.includes(name));
  return fc.oneof(
    {
      weight: 1,
      arbitrary: fc.record(Object.fromEntries(least.map(([name, one]) => [name, rightValue(name, one)]))),
    },
    {
      weight: 2,
      arbitrary: fc.record(Object.fromEntries(all.map(([name, one]) => [name, mostlyRight(name, one)])), {
        requiredKeys: [...required],
      }),
    },
  );
};

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);

/** Users without a session: a block of the user of all sessions would end and refuse them. */
const strangers = Array.from({ length: 3 }, () => crypto.randomUUID());

const requestOf = ({ path, method, operation }: (typeof operations)[number]) => {
  const inPath = operation.parameters.filter((one) => one.in === "path");
  const inQuery = operation.parameters.filter((one) => one.in === "query");
  const body = operation.requestBody?.content["application/json"].schema;
  return fc.record({
    method: fc.constant(method),
    operation: fc.constant(operation),
    path: fc
      .record(
        Object.fromEntries(
          inPath.map((one) => [
            one.name,
            ["blockUser", "unblockUser"].includes(operation.operationId)
              ? fc.constantFrom(...strangers)
              : mostlyRight(one.name, one.schema),
          ]),
        ),
      )
      .map((values) => path.replace(/\{(\w+)\}/g, (_, name) => encode(values[name]) || "x")),
    query: fc
      .record(Object.fromEntries(inQuery.map((one) => [one.name, mostlyRight(one.name, one.schema)])), {
        requiredKeys: [],
      })
      .map((values) =>
        Object.entries(values)
          .map(([name, value]) => `${name}=${encode(value)}`)
          .join("&"),
      ),
    key: fc.option(fc.oneof(fc.uuid(), fc.constantFrom("a", "b")), { freq: 3, nil: undefined }),
    body: body
      ? fc.oneof(
          { weight: 12, arbitrary: objectOf(body).map((value) => JSON.stringify(value)) },
          { weight: 1, arbitrary: fc.json() },
          { weight: 1, arbitrary: anyText },
        )
      : fc.constant(undefined),
  });
};

/** As a careless client would: lone surrogates, which percent-encoding can't carry, are left out. */
const encode = (value: unknown): string =>
  encodeURIComponent((typeof value === "string" ? value : JSON.stringify(value)).toWellFormed());

type Sent = typeof requestOf extends (operation: never) => fc.Arbitrary<infer Request> ? Request : never;

const send = ({ method, path, query, body, key }: Sent) =>
  new Promise<{ status: number; type: string; text: string }>((done, reject) => {
    const headers = {
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(key === undefined ? {} : { "Idempotency-Key": key }),
    };
    const { hostname, port } = new URL(server.url);
    const address = { hostname, port, path: query === "" ? path : `${path}?${query}` };
    const request = httpRequest({ ...address, method, headers, agent: keepAlive }, (response) => {
      const type = response.headers["content-type"]?.split(";")[0] ?? "";
      // A listener's stream ends when its session does, which may be never.
      if (type === "text/event-stream" && method === "GET") {
        response.destroy();
        return done({ status: response.statusCode ?? 0, type, text: "" });
      }
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      response.once("error", reject);
      response.once("end", () => done({ status: response.statusCode ?? 0, type, text }));
    });
    request.once("error", reject);
    request.end(body);
  });

/** Requests end sessions, at times all of them, faster than they make new ones. */
const createOne = async (): Promise<void> => {
  const { sessionId, channelId } = await server.world.create();
  known.sessionId?.push(sessionId);
  known.channelId?.push(channelId);
  const { deliveries } = await server.world.store.listDeliveries({ sessionId }, { limit: 1 });
  known.id?.push(...deliveries.map(({ id }) => id));
};

const holdOne = async (): Promise<void> => {
  await createOne();
  const { id } = await server.world.send(known.sessionId?.at(-1) ?? "", heldContent);
  known.messageId?.push(id);
};

/** Enough to have seen every operation succeed; `npm run fuzz` may have time for fewer on a busy machine. */
const ordinaryRuns = 10_000;

test("whatever is asked, no answer is a 5xx, and every one is as the document says", async () => {
  const statuses = new Map<string, Set<number>>();
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...operations).chain(requestOf), async (sent) => {
      if (runs % 3 === 0) await createOne();
      if (sent.operation.operationId === "cancelReply") await holdOne();
      runs += 1;
      const { status, type, text } = await send(sent);
      const { operationId, responses } = sent.operation;
      statuses.set(operationId, (statuses.get(operationId) ?? new Set()).add(status));
      expect(status, text).toBeLessThan(500);
      const schema = responses[status]?.content[type]?.schema;
      expect(schema, `${operationId} answered ${status} ${type} ${text}`).toBeDefined();
      if (type === "application/json")
        expect(fits(schema ?? {}, JSON.parse(text)), `${status} ${text}`).toBeNull();
    }),
    propertyRuns(ordinaryRuns),
  );
  expect(server.errors.length).toBeGreaterThan(0);
  if (runs < ordinaryRuns) return;
  // Not only refusals were seen: every operation succeeded at least once.
  for (const { operation } of operations)
    expect(
      [...(statuses.get(operation.operationId) ?? [])].some((status) => status < 300),
      operation.operationId,
    ).toBe(true);
}, 7_200_000);
