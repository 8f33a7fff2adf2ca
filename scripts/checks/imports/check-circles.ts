import { posix } from "node:path";
import { type Findings, listFiles, readText } from "../repo-files.js";
import { readImports } from "./read-imports.js";

/** The file that a relative import leads to; `.js` stands for the source that it is made from. */
const targetOf = (file: string, specifier: string, files: ReadonlySet<string>): string | undefined => {
  const path = posix.join(posix.dirname(file), specifier);
  const source = path.replace(/\.js$/, "");
  return [path, `${source}.ts`, `${source}.tsx`, `${source}/index.ts`].find((one) => files.has(one));
};

/** No file imports itself by way of others, types included: such files can only be understood together. */
export const checkCircles = (root: string): Findings => {
  const files = new Set(
    listFiles(root).filter((file) => /\.(ts|tsx|mts|js|mjs)$/.test(file) && !file.endsWith(".d.ts")),
  );
  const targetsOf = (file: string): string[] =>
    readImports(file, readText(root, file))
      .map(({ specifier }) => (specifier?.startsWith(".") ? targetOf(file, specifier, files) : undefined))
      .filter((target) => target !== undefined);

  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): void => {
    if (done.has(file)) return;
    const at = way.indexOf(file);
    if (at !== -1) {
      circles.push(`${[...way.slice(at), file].join(" imports ")}: a circle`);
      return;
    }
    for (const target of targetsOf(file)) walk(target, [...way, file]);
    done.add(file);
  };
  for (const file of files) walk(file, []);
  return circles;
};
