export type Parameters = Readonly<Record<string, string | number | boolean | null>>;

interface Prepared {
  readonly text: string;
  readonly names: readonly string[];
}

const prepared = new Map<string, Prepared>();

/** `:name` becomes `$1` and so on; `::type` stays. */
const prepare = (sql: string): Prepared => {
  const names: string[] = [];
  const text = sql.replace(/(?<!:):([a-z]\w*)/gi, (_, name: string) => {
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  });
  return { text, names };
};

/** A statement with named parameters in the form that Postgres takes. */
export const withPositions = (
  sql: string,
  parameters: Parameters,
): { text: string; values: (string | number | boolean | null)[] } => {
  const { text, names } = prepared.get(sql) ?? prepare(sql);
  prepared.set(sql, { text, names });
  return { text, values: names.map((name) => parameters[name] ?? null) };
};
