export type Parameters = Readonly<Record<string, string | number | boolean | null>>;

/** A statement with positional parameters. */
export interface Statement {
  /** The name under which a connection prepares it. */
  readonly name: string;
  readonly text: string;
  readonly values: (string | number | boolean | null)[];
}

interface Prepared {
  readonly name: string;
  readonly text: string;
  readonly parameters: readonly string[];
}

const prepared = new Map<string, Prepared>();

/** `:name` becomes `$1` and so on; `::type` stays. */
const prepare = (sql: string): Prepared => {
  const parameters: string[] = [];
  const text = sql.replace(/(?<!:):([a-z]\w*)/gi, (_, name: string) => {
    if (!parameters.includes(name)) parameters.push(name);
    return `$${parameters.indexOf(name) + 1}`;
  });
  return { name: `adjourn_${prepared.size}`, text, parameters };
};

/** The text of every statement so far. */
export const preparedTexts = (): readonly string[] => [...prepared.values()].map(({ text }) => text);

/** Turns named parameters into positional ones. */
export const withPositions = (sql: string, values: Parameters): Statement => {
  const known = prepared.get(sql) ?? prepare(sql);
  prepared.set(sql, known);
  const { name, text, parameters } = known;
  return { name, text, values: parameters.map((parameter) => values[parameter] ?? null) };
};
