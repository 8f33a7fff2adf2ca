import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Figure } from "../figure.js";
import { figuresTable } from "./figures-table.js";
import { peersTable } from "./peers.js";
import { ratioChart } from "./ratio-chart.js";

const folder = fileURLToPath(new URL("../results", import.meta.url));

export interface RowResult {
  readonly title: string;
  readonly machine: string;
  readonly figures: readonly Figure[];
}

export const machine = (): string =>
  `Node ${process.versions.node}, ${cpus().length} cores, ${new Date().toISOString().slice(0, 10)}`;

export const writeRow = async (name: string, result: RowResult): Promise<void> => {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(result, undefined, 2)}\n`);
};

/** Writes the page and the chart from the results of all rows that have been measured, in the order of `names`. */
export const writeSummary = async (names: readonly string[]): Promise<void> => {
  const files = new Set(await readdir(folder));
  const results: RowResult[] = [];
  for (const name of names)
    if (files.has(`${name}.json`))
      results.push(JSON.parse(await readFile(join(folder, `${name}.json`), "utf8")) as RowResult);
  const sections = results.flatMap(({ title, machine: where, figures }, index) => {
    const isFirst = results[index - 1]?.title !== title;
    const [first, second, ...lines] = figuresTable(figures);
    return isFirst ? ["", `## ${title}`, "", `${where}.`, "", first, second, ...lines] : lines;
  });
  const head = [
    "# Benchmark results",
    "",
    "Written by `npm run bench`; [../README.md](../README.md) says how it measures. Ratios are what counts: single figures",
    "drift with the machine.",
    "",
    "![Each measure as a share of its goal](ratios.svg)",
  ];
  const all = results.flatMap(({ figures }) => figures);
  await writeFile(join(folder, "README.md"), [...head, ...sections, "", ...peersTable(all)].join("\n"));
  await writeFile(join(folder, "ratios.svg"), ratioChart(all));
};
