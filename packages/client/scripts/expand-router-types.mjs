/**
 * Makes the declarations that `tsc` has written complete without the packages of this workspace, which nobody outside has.
 * The router's declarations are structural except for the names of the domain's types, whose definitions need zod. `tsc`
 * writes those out in full. The context is the server's own, and no caller sees it.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("..", import.meta.url));
const dist = join(folder, "dist");
const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");

/** Types of other packages, by the words that import them. */
const imported = /import\("(@adjourn\/[\w/-]+)"\)\.(\w+)/g;

const expander = [
  "type Expand<T> = T extends object ? (T extends infer O ? { [K in keyof O]: Expand<O[K]> } : never) : T;",
  "declare const expand: <T>() => Expand<T>;",
].join("\n");

/**
 * These types as `tsc` writes them out.
 * @param {readonly string[]} types
 */
const expand = (types) => {
  // Inside the package, from which tsc finds the workspace's others.
  const temporary = mkdtempSync(join(folder, "expanded-"));
  const source = types.map((type, index) => `export const expanded${index} = expand<${type}>();`);
  const options = ["--declaration", "--emitDeclarationOnly", "--ignoreConfig", "--skipLibCheck", "--strict"];
  const modules = ["--module", "nodenext", "--target", "es2023", "--noErrorTruncation", "--types", ""];
  try {
    const file = join(temporary, "types.ts");
    writeFileSync(file, [expander, ...source].join("\n"));
    execFileSync(process.execPath, [tsc, ...options, ...modules, file], { stdio: "inherit" });
    const declarations = readFileSync(join(temporary, "types.d.ts"), "utf8");
    const parts = declarations.split(/^export declare const expanded\d+: /m).slice(1);
    return parts.map((part) => part.replace(/;\s*(export \{\};\s*)?$/, ""));
  } finally {
    rmSync(temporary, { recursive: true });
  }
};

/**
 * The types of other packages that a text names, once each.
 * @param {string} text
 */
const importsOf = (text) => [
  ...new Map([...text.matchAll(imported)].map((match) => [match[0], match[2] ?? ""])),
];

/**
 * A text with each of these types under its own name, and their definitions.
 * @param {string} text
 * @param {(words: string) => string} typeOf
 * @param {(expanded: string) => string} definitionOf
 */
const define = (text, typeOf, definitionOf) => {
  const types = importsOf(text);
  const expanded = types.length === 0 ? [] : expand(types.map(([words]) => typeOf(words)));
  const definitions = types.map(
    ([, name], index) => `type ${name} = ${definitionOf(expanded[index] ?? "")};\n`,
  );
  return definitions.join("") + types.reduce((rest, [words, name]) => rest.replaceAll(words, name), text);
};

/** The declarations of the router, complete in themselves. */
const routerTypes = () => {
  const router = require.resolve("@adjourn/router").replace(/index\.js$/, "router.d.ts");
  const declarations = readFileSync(router, "utf8")
    .replace(/^\/\*\*[^\n]*\nexport declare const createCaller[\s\S]*?^}>>;$/m, "")
    .replaceAll('import("./context.js").Context', "object")
    .replaceAll(/^\/\/# sourceMappingURL.*$/gm, "");
  const structural = define(
    declarations,
    (words) => words,
    (expanded) => expanded,
  );
  // A union of texts keeps its name; as the keys of an object its members are written out.
  return define(
    structural,
    (words) => `Record<${words}, 0>`,
    (expanded) => `keyof ${expanded}`,
  );
};

/** Files below `dist`, as paths from it. */
const built = () =>
  readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((file) =>
    /\.(js|d\.ts)(\.map)?$/.test(file),
  );

// What an earlier build has left of files that are gone would be packed.
for (const file of built()) {
  const source = join(folder, "src", file.replace(/(\.d\.ts|\.js)$/, ".ts"));
  if (file.endsWith(".map") || !existsSync(source)) rmSync(join(dist, file));
}
const declarations = routerTypes();
const target = join(dist, "app-router.d.ts");
// Unchanged declarations stay untouched: another package's compiler may be reading them.
if (readFileSync(target, "utf8") !== declarations) writeFileSync(target, declarations);
for (const file of built().filter((name) => name.endsWith(".d.ts")))
  if (/from "@adjourn\/|import\("@adjourn\/|\bzod\b/.test(readFileSync(join(dist, file), "utf8")))
    throw new Error(`dist/${file} needs a package that is not published: give its inferred types a name`);
