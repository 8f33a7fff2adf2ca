import { z } from "zod";

export type JsonSchema = { readonly [key: string]: unknown };

/** The schemas with an id, collected during the conversion. */
export type Components = Record<string, JsonSchema>;

/** Converts a zod schema to JSON Schema with references into `components` for its named parts. */
export const toJsonSchema = (
  schema: z.ZodType,
  io: "input" | "output",
  components: Components,
): JsonSchema => {
  const {
    $schema: _,
    $defs,
    ...json
  } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      // The format replaces zod's pattern of a thousand characters and the default integer bounds.
      if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.type === "object" && jsonSchema.propertyNames !== undefined) {
        delete jsonSchema.propertyNames;
        jsonSchema.additionalProperties = true;
      }
    },
  });
  for (const [id, definition] of Object.entries($defs ?? {})) components[id] = relink(definition);
  return relink(json);
};

const relink = (json: unknown): JsonSchema =>
  JSON.parse(JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/')) as JsonSchema;

/** The properties of an object's schema, and the required ones. */
export const fieldsOf = (schema: JsonSchema): { properties: Components; required: readonly string[] } => ({
  properties: (schema.properties ?? {}) as Components,
  required: (schema.required ?? []) as readonly string[],
});

/** The object's schema reduced to the given fields. */
export const pickFields = (schema: JsonSchema, names: readonly string[]): JsonSchema => {
  const { properties, required } = fieldsOf(schema);
  return {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, properties[name]])),
    required: required.filter((name) => names.includes(name)),
    additionalProperties: false,
  };
};
