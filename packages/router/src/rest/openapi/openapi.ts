import { inputs, messageInfoSchema, outputs } from "@adjourn/sessions";
import { z } from "zod";
import { issuedTicket } from "../../procedures/live/issue-ticket.js";
import { type AnsweredRequest, type DialectName, dialects } from "../dialects.js";
import type { Route } from "../routes.js";
import { elizaosOutputs } from "./openapi-elizaos.js";
import { errorResponses, errorSchemas, requestIdHeader } from "./openapi-errors.js";
import { exampleInputs, exampleOutputs } from "./openapi-examples.js";
import { type Components, fieldsOf, type JsonSchema, pickFields, toJsonSchema } from "./openapi-schemas.js";
import { operationDocs } from "./operation-docs.js";

export interface OpenapiOptions {
  readonly dialect: DialectName;
  /** The server's URL; relative if unknown. */
  readonly serverUrl?: string;
}

/** Creates the OpenAPI 3.1 document of the REST API from the route table and the schemas that serve it. */
export const createOpenapiDocument = ({ dialect, serverUrl = "/" }: OpenapiOptions): JsonSchema => {
  const components: Components = { Error: errorSchemas[dialect] as JsonSchema };
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of dialects[dialect].routes) {
    const path = paths[route.path] ?? {};
    paths[route.path] = path;
    path[route.method.toLowerCase()] = describeOperation(route, dialect, components);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Adjourn",
      version: "0.1.0",
      description: "Live conversations between people and AI agents, in which an ended session is over.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: serverUrl }],
    tags: [
      { name: "messaging", description: "Sessions, their messages and their endings" },
      { name: "agents", description: "Who replies" },
      { name: "system", description: "The server itself" },
    ],
    // Without configured keys, no credential is required.
    security: [{}, { bearer: [] }, { apiKey: [] }, { ticket: [] }],
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "A key or a session's token" },
        apiKey: { type: "apiKey", in: "header", name: "X-API-KEY", description: "The same" },
        ticket: { type: "apiKey", in: "query", name: "ticket", description: "For what cannot set a header" },
      },
    },
  };
};

const describeOperation = (route: Route, dialect: DialectName, components: Components): JsonSchema => {
  const { operation } = route;
  const { tag, summary, description, errors: _ } = operationDocs[operation];
  const input = inputSchema(route, components);
  const pathNames = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  const body = bodySchema(input, [...pathNames, ...Object.keys(route.query), "idempotencyKey"]);
  return {
    tags: [tag],
    operationId: route.operationId ?? operation,
    summary,
    ...(description ? { description } : {}),
    parameters: parametersOf(route, input, pathNames),
    ...(route.body
      ? {
          requestBody: {
            required: fieldsOf(body).required.length > 0,
            content: { "application/json": { schema: body, example: exampleInputs[operation] ?? {} } },
          },
        }
      : {}),
    responses: {
      [route.status]: successResponse(route, dialect, components),
      ...(operation === "sendSessionMessage" ? { 200: streamedReply } : {}),
      ...errorResponses(route, dialects[dialect]),
    },
  };
};

const inputSchema = ({ operation }: Route, components: Components): JsonSchema =>
  operation in inputs
    ? toJsonSchema(inputs[operation as keyof typeof inputs], "input", components)
    : { type: "object" };

const parametersOf = (route: Route, input: JsonSchema, pathNames: readonly string[]): readonly object[] => {
  const { properties } = fieldsOf(input);
  return [
    ...pathNames.map((name) => ({
      name,
      in: "path",
      required: true,
      schema: properties[name] ?? { type: "string" },
    })),
    ...Object.keys(route.query).map((name) => ({ name, in: "query", schema: properties[name] })),
    ...(route.idempotent
      ? [
          {
            name: "Idempotency-Key",
            in: "header",
            description: "A retry with the same key gets the first answer again, for 24 h",
            schema: properties.idempotencyKey,
          },
        ]
      : []),
    ...(route.operation === "sessionEvents"
      ? [{ name: "Last-Event-ID", in: "header", schema: { type: "string", maxLength: 256 } }]
      : []),
  ];
};

const bodySchema = (input: JsonSchema, otherNames: readonly string[]): JsonSchema => {
  const { properties, required } = fieldsOf(input);
  return {
    type: "object",
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !otherNames.includes(name))),
    required: required.filter((name) => !otherNames.includes(name)),
  };
};

const eventStream = { "text/event-stream": { schema: { type: "string" } } };

const streamedReply = {
  description: "With transport `sse`: `user_message`, `chunk` …, then `done` or `error`",
  headers: requestIdHeader,
  content: eventStream,
};

const successResponse = (route: Route, dialect: DialectName, components: Components): JsonSchema => {
  if (route.operation === "sessionEvents")
    return { description: "Events as they happen", headers: requestIdHeader, content: eventStream };
  const files = exportedFiles(components)[route.operation];
  if (files) return { description: "The file", headers: requestIdHeader, content: files };
  if (route.status === 204) return { description: "Done", headers: requestIdHeader };
  const example = exampleOutputs[route.operation];
  return {
    description: "Done",
    headers: requestIdHeader,
    content: {
      "application/json": {
        schema: outputSchema(route, dialect, components),
        example: dialects[dialect].successBody(route.operation, example, exampleRequest(route)),
      },
    },
  };
};

const text = { schema: { type: "string" } };

/** The content types of the operations that answer with a file. */
const exportedFiles = (
  components: Components,
): Readonly<Partial<Record<Route["operation"], JsonSchema>>> => ({
  exportChannel: {
    "application/json": { schema: toJsonSchema(z.array(messageInfoSchema), "output", components) },
    "text/markdown": text,
    "text/csv": text,
  },
  exportEndings: { "application/x-ndjson": text, "text/csv": text },
});

/** The path's parameters with the values of the other examples. */
const exampleRequest = ({ path }: Route): AnsweredRequest => ({
  input: path.endsWith("{agentId}") ? { ...exampleInputs.createSession } : {},
  channelId: null,
});

const outputSchema = (route: Route, dialect: DialectName, components: Components): JsonSchema => {
  const { operation } = route;
  const elizaos = dialect === "elizaos" ? elizaosOutputs[route.operationId ?? operation] : undefined;
  if (elizaos) return toJsonSchema(elizaos, "output", components);
  const schema = operation === "issueTicket" ? issuedTicket : outputs[operation as keyof typeof outputs];
  const json = toJsonSchema(schema, "output", components);
  return route.shows ? pickFields(json, route.shows) : json;
};
