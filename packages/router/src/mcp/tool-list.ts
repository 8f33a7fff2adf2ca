import { z } from "zod";
import type { Principal } from "../context.js";
import { errorTable } from "../errors/error-codes.js";
import { mayUse, tools } from "./tools.js";

type ObjectSchema = { type: "object"; [keyword: string]: unknown };

/** The tools that a caller may use, as MCP's `tools/list` shows them. */
export const listTools = (principal: Principal) =>
  Object.entries(tools)
    .filter(([, tool]) => mayUse(tool, principal))
    .map(([name, { description, input, output, annotations }]) => ({
      name,
      description,
      inputSchema: schemaOf(input, "input"),
      outputSchema: outputSchemaOf(output),
      annotations,
    }));

const refusal = {
  type: "object",
  properties: { code: { enum: Object.keys(errorTable) }, details: { type: "object" } },
  required: ["code", "details"],
} as const;

/** Named parts lie at the top of the document, where references to them resolve. */
const outputSchemaOf = (output: z.ZodType) => {
  const { $defs, ...result } = schemaOf(output, "output");
  return { type: "object" as const, anyOf: [result, refusal], ...($defs === undefined ? {} : { $defs }) };
};

const schemas = new Map<z.ZodType, ObjectSchema>();

const schemaOf = (schema: z.ZodType, io: "input" | "output"): ObjectSchema => {
  const known = schemas.get(schema);
  if (known) return known;
  const { $schema, ...made } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      // The format replaces zod's pattern of a thousand characters.
      if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
      // An id is no keyword of JSON Schema any more; validators refuse it.
      delete jsonSchema.id;
    },
  });
  const whole: ObjectSchema = { ...made, type: "object" };
  schemas.set(schema, whole);
  return whole;
};
