import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";

const notOurs = new Set(["node_modules", "dist", ".next", ".turbo", ".git", "data", "coverage"]);

/** Every file under `root` that is not installed or built, as paths from it with forward slashes. */
export const listFiles = (root: string, within = ""): string[] =>
  readdirSync(join(root, within), { withFileTypes: true }).flatMap((entry) => {
    if (notOurs.has(entry.name)) return [];
    const path = within === "" ? entry.name : `${within}/${entry.name}`;
    return entry.isDirectory() ? listFiles(root, path) : [path.split(sep).join("/")];
  });

export const readText = (root: string, path: string): string => readFileSync(join(root, path), "utf8");

/** What a check found, `file:line problem`; an empty list is a pass. */
export type Findings = readonly string[];

export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;
