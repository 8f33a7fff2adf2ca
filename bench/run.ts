import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { oneOf, readArguments } from "../scripts/read-arguments.mjs";
import { benchBulkEnd } from "./bulk-end.js";
import { benchListeners } from "./listeners.js";
import { benchRest } from "./rest.js";

const parts = {
  rest: { title: "REST against a bare node:http handler with zod", run: () => benchRest() },
  listeners: { title: "Listeners against a bare ws program", run: () => benchListeners(2_000) },
  bulk: { title: "Ending in bulk", run: () => benchBulkEnd(10_000) },
} as const;

const all = Object.keys(parts) as (keyof typeof parts)[];
const { words: asked } = readArguments({ word: oneOf(all), words: [0, all.length] });
const names = all.filter((name) => asked.length === 0 || asked.includes(name));
const sections: string[] = [];
for (const name of names) {
  const { title, run } = parts[name];
  console.log(`\n## ${title}\n`);
  const lines = await run();
  console.log(lines.join("\n"));
  sections.push(`## ${title}\n\n${lines.join("\n")}\n`);
}
if (asked.length === 0) {
  const machine = `Node ${process.versions.node}, ${cpus().length} cores, ${new Date().toISOString().slice(0, 10)}.`;
  const head = `# Benchmark results\n\nWritten by \`npm run bench\`. ${machine} Ratios are what counts; single figures drift with the machine.\n`;
  await writeFile(fileURLToPath(new URL("./results.md", import.meta.url)), `${head}\n${sections.join("\n")}`);
}
