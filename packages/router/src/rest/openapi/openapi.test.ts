import { errorCodes } from "@adjourn/sessions";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { scriptedAgentId, startRestServer, testUserId } from "../../../test/rest-server.js";
import { accessTable } from "../../access.js";
import { dialectNames } from "../dialects.js";
import { routes } from "../routes.js";
import { renderDocsPage } from "./docs-page.js";
import { createOpenapiDocument } from "./openapi.js";
import { errorExamples } from "./openapi-errors.js";

// biome-ignore lint/suspicious/noExplicitAny: the document is read as plain JSON.
const documentOf = (dialect: (typeof dialectNames)[number]): any => createOpenapiDocument({ dialect });

describe.each(dialectNames)("the OpenAPI document of the %s dialect", (dialect) => {
  const document = documentOf(dialect);

  test("is valid OpenAPI 3.1", async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  test("names every operation once", () => {
    const ids = routes.map(({ path, method }) => document.paths[path][method.toLowerCase()].operationId);
    expect(ids.sort()).toEqual(
      Object.keys(accessTable)
        .filter((operation) => operation !== "adminEvents")
        .sort(),
    );
  });

  test("has examples that fit its own schemas", () => {
    const ajv = addFormats.default(new Ajv2020({ strict: false }));
    ajv.addSchema(document, "document");
    const fits = (schema: object, value: unknown): void => {
      const linked = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/'));
      const validate = ajv.compile(linked);
      expect(validate(value), `${JSON.stringify(value)}: ${ajv.errorsText(validate.errors)}`).toBe(true);
    };
    type Media = { schema?: object; example?: unknown; examples?: Record<string, { value: unknown }> };
    type Holder = { content?: Record<string, Media> } | undefined;
    type Operation = { requestBody?: Holder; responses: Record<string, Holder> };
    let seen = 0;
    for (const methods of Object.values<Record<string, Operation>>(document.paths))
      for (const { requestBody, responses } of Object.values(methods))
        for (const holder of [requestBody, ...Object.values(responses)]) {
          const { schema, example, examples } = holder?.content?.["application/json"] ?? {};
          for (const value of [example, ...Object.values(examples ?? {}).map((one) => one.value)])
            if (schema !== undefined && value !== undefined) {
              fits(schema, value);
              seen += 1;
            }
        }
    expect(seen).toBeGreaterThan(150);
  });

  test("shows every error code where it can be met", () => {
    const text = JSON.stringify(document.paths);
    const ofRoutes = ["NOT_FOUND", "METHOD_NOT_ALLOWED"];
    for (const code of errorCodes.filter((one) => !ofRoutes.includes(one)))
      expect(text).toContain(`"${code}":{`);
  });
});

test.each([
  ["documented", 131_072],
  ["elizaos", 2_097_152],
] as const)(
  "the example of a body that is too large names the limit of the %s dialect",
  (dialect, maxBytes) => {
    const text = JSON.stringify(documentOf(dialect));
    expect(new Set(text.match(/larger than \d+ bytes/g))).toEqual(new Set([`larger than ${maxBytes} bytes`]));
    expect(new Set(text.match(/"maxBytes":\d+/g))).toEqual(new Set([`"maxBytes":${maxBytes}`]));
  },
);

test("the example of a missing session is the user's own", () => {
  const [error, details] = errorExamples.SESSION_NOT_FOUND;
  expect({ error, code: "SESSION_NOT_FOUND", details }).toEqual({
    error: "Session not found",
    code: "SESSION_NOT_FOUND",
    details: { sessionId: "abc-123" },
  });
});

test("examples of refusals are what the server says", async () => {
  await using server = await startRestServer();
  const path = "/api/messaging/sessions";
  const answers = [
    await server.ask("GET", "/nothing"),
    await server.ask("DELETE", `${path}/abc-123`),
    await server.ask("POST", path, { body: "{" }),
    await server.ask("POST", path, { body: { agentId: "x", userId: testUserId } }),
    await server.ask("POST", path, {
      body: { agentId: scriptedAgentId, userId: testUserId, timeoutConfig: { timeoutMinutes: 1 } },
    }),
    await server.ask("POST", `${path}/abc-123`),
    await server.ask("POST", path, { body: "x", headers: { "Content-Type": "text/plain" } }),
    await server.ask("POST", path, { body: "x".repeat(200_000) }),
  ];
  for (const { json } of answers) {
    const [error, details] = errorExamples[json.code as keyof typeof errorExamples];
    expect(json).toEqual({ error, code: json.code, details });
  }
});

test.each(dialectNames)(
  "the page of the %s dialect shows every operation and asks nobody else",
  (dialect) => {
    const page = renderDocsPage(createOpenapiDocument({ dialect }));
    for (const { operation } of routes) expect(page).toContain(`id="${operation}"`);
    expect(page).not.toMatch(/<script|<link|src=|url\(|https?:/);
  },
);
