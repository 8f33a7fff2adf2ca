import { type Findings, listFiles, readText } from "../repo-files.js";
import { checkImport, type WorkspacePackage } from "./import-rules.js";
import { readImports } from "./read-imports.js";

interface PackageJson {
  readonly name: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const readPackage = (root: string, path: string): WorkspacePackage => {
  const json = JSON.parse(readText(root, path)) as PackageJson;
  return {
    name: json.name,
    folder: path.replace(/\/package\.json$/, ""),
    entries: Object.keys(json.exports ?? {}).map((entry) => json.name + entry.slice(1)),
    dependencies: Object.keys({ ...json.dependencies, ...json.peerDependencies }),
    devDependencies: Object.keys(json.devDependencies ?? {}),
  };
};

/** Checks every file's imports against the rules of ARCHITECTURE.md, since npm's hoisting allows any import. */
export const checkImports = (root: string): Findings => {
  const files = listFiles(root);
  const packages = files
    .filter((file) => /^(packages|apps)\/[^/]+\/package\.json$/.test(file))
    .map((file) => readPackage(root, file));
  return files
    .filter((file) => /\.(ts|tsx|mts|js|mjs)$/.test(file) && !file.endsWith(".d.ts"))
    .flatMap((file) => {
      const importer = packages.find(({ folder }) => file.startsWith(`${folder}/`));
      if (!importer) return [];
      return readImports(file, readText(root, file)).flatMap((imported) => {
        const problem = checkImport(file, imported, importer, packages);
        return problem === null ? [] : [`${file}:${imported.line} ${problem}`];
      });
    });
};
