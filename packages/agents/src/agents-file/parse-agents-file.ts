import { isNestedDeeperThan, type TimeoutSettings } from "@adjourn/sessions";
import { type AgentEntry, type AgentKind, type EntrySchemas, entrySchemas } from "./entry-schemas.js";
import { describeGiven } from "./field.js";
import type { EnvLookup } from "./read-variable.js";

/** The mistakes in an agents file, one line each, without secrets. */
export class AgentsFileError extends Error {
  override readonly name = "AgentsFileError";

  constructor(readonly problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

/**
 * The validated entries of an agents file. docs/agents.md gives the format.
 * @throws AgentsFileError
 */
export const parseAgentsFile = (
  text: string,
  allowed: { readonly env: EnvLookup; readonly timeouts: TimeoutSettings },
): readonly AgentEntry[] => {
  const schemas = entrySchemas(allowed);
  const results = parseList(text).map((entry, index) => parseEntry(entry, `[${index}]`, schemas));
  const entries = results.flatMap(({ entry }) => (entry ? [entry] : []));
  const problems = [...results.flatMap((result) => result.problems), ...findDuplicateIds(results)];
  if (problems.length > 0) throw new AgentsFileError(problems);
  return entries;
};

interface Parsed {
  readonly entry: AgentEntry | null;
  readonly problems: readonly string[];
}

const parseList = (text: string): readonly unknown[] => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new AgentsFileError([`is not JSON${findLine(error, text)}; allowed: a JSON list of agents`]);
  }
  if (isNestedDeeperThan(parsed, maxLevels))
    throw new AgentsFileError([`nests deeper than that; allowed: at most ${maxLevels} levels`]);
  if (!Array.isArray(parsed))
    throw new AgentsFileError([`${describeGiven(parsed)}; allowed: a JSON list of agents`]);
  if (parsed.length > maxAgents)
    throw new AgentsFileError([`has ${parsed.length} entries; allowed: at most ${maxAgents} agents`]);
  return parsed;
};

const maxLevels = 64;
const maxAgents = 1_000;

const findLine = (error: unknown, text: string): string => {
  const position = / position (\d+)/.exec(String(error))?.[1];
  return position === undefined ? "" : ` (line ${text.slice(0, Number(position)).split("\n").length})`;
};

const parseEntry = (given: unknown, path: string, schemas: EntrySchemas): Parsed => {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    return { entry: null, problems: [`${path} ${describeGiven(given)}; allowed: an object`] };
  const kind = "kind" in given ? given.kind : undefined;
  if (typeof kind !== "string" || !isKind(kind, schemas)) {
    const allowed = Object.keys(schemas).join(", ");
    return { entry: null, problems: [`${path}.kind ${describeGiven(kind)}; allowed: ${allowed}`] };
  }
  const result = schemas[kind].safeParse(given);
  if (result.success) return { entry: result.data, problems: [] };
  return {
    entry: null,
    problems: result.error.issues.flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map(
            (key) =>
              `${path}${describeKey(key)} is unknown; allowed: ${Object.keys(schemas[kind].shape).join(", ")}`,
          )
        : [`${path}.${issue.path.join(".")} ${issue.message}`],
    ),
  };
};

/** A key may contain any character, including a line break. */
const describeKey = (key: string): string =>
  /^\w{1,60}$/.test(key) ? `.${key}` : ` has a key that ${describeGiven(key)}, which`;

const isKind = (kind: string, schemas: EntrySchemas): kind is AgentKind => Object.hasOwn(schemas, kind);

const findDuplicateIds = (results: readonly Parsed[]): string[] => {
  const first = new Map<string, number>();
  return results.flatMap(({ entry }, index) => {
    if (!entry) return [];
    const earlier = first.get(entry.id);
    if (earlier === undefined) first.set(entry.id, index);
    return earlier === undefined
      ? []
      : [`[${index}].id is "${entry.id}", which [${earlier}] has; allowed: each id once`];
  });
};
