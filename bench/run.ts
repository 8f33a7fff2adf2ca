import { flag, oneOf, readArguments, wholeNumber } from "../scripts/read-arguments.mjs";
import type { Figure } from "./figure.js";
import { boundFindings } from "./report/bounds.js";
import { figuresTable } from "./report/figures-table.js";
import { machine, writeRow, writeSummary } from "./report/write-results.js";
import type { Effort, Row } from "./row.js";
import { bulkEnd } from "./rows/bulk-end.js";
import { fanOut } from "./rows/fan-out.js";
import { growth } from "./rows/growth.js";
import { restOnPostgres } from "./rows/rest-postgres.js";
import { restOnSqlite } from "./rows/rest-sqlite.js";
import { processStart } from "./rows/start.js";
import { trpcOverHttp } from "./rows/trpc-http.js";
import { twoNodes } from "./rows/two-nodes.js";

const usual: readonly Row[] = [
  ...restOnSqlite,
  ...trpcOverHttp,
  ...fanOut,
  bulkEnd,
  twoNodes,
  processStart,
  ...restOnPostgres,
];
/** Growth takes minutes, so it runs only by name. */
const all = [...usual, growth];
const groupOf = (name: string): string => name.split("-")[0] ?? name;
const names = [...new Set([...all.map(({ name }) => name), ...all.map(({ name }) => groupOf(name))])];

const { words, options } = readArguments({
  word: oneOf(names),
  words: [0, names.length],
  options: { short: flag, growth: flag, rounds: wholeNumber(1, 100) },
});

const chosen = (): readonly Row[] => {
  const asked = options.growth ? [...words, growth.name] : words;
  if (asked.length > 0)
    return all.filter(({ name }) => asked.includes(name) || asked.includes(groupOf(name)));
  return options.short ? usual.filter(({ name }) => short.has(name) || short.has(groupOf(name))) : usual;
};

/** What needs neither Postgres nor Redis, and is steady where little is measured. */
const short: ReadonlySet<string> = new Set([
  "rest-end",
  "rest-send",
  "rest-get",
  "trpc-get",
  "subscribers-3000",
]);
const effort: Effort = options.short
  ? { rounds: options.rounds ?? 3, scale: 0.1 }
  : { rounds: options.rounds ?? 5, scale: 1 };

// The processes that were started are killed on exit.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const measured: Figure[] = [];
let title = "";
for (const row of chosen()) {
  if (row.title !== title) console.log(`\n## ${row.title}\n\n${figuresTable([]).join("\n")}`);
  title = row.title;
  const figures = await row.measure(effort);
  console.log(figuresTable(figures).slice(2).join("\n"));
  measured.push(...figures);
  if (!options.short) await writeRow(row.name, { title, machine: machine(), figures });
}

if (options.short) {
  const findings = await boundFindings(measured);
  for (const finding of findings) console.error(finding);
  if (findings.length > 0) process.exitCode = 1;
} else await writeSummary(all.map(({ name }) => name));
