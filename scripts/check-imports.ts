import { judgeImport, type Room } from "./import-rules.js";
import { readImports } from "./read-imports.js";
import { type Findings, listFiles, readText } from "./repo-files.js";

interface PackageJson {
  readonly name: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const readRoom = (root: string, path: string): Room => {
  const json = JSON.parse(readText(root, path)) as PackageJson;
  return {
    name: json.name,
    folder: path.replace(/\/package\.json$/, ""),
    entries: Object.keys(json.exports ?? {}).map((entry) => json.name + entry.slice(1)),
    dependencies: Object.keys(json.dependencies ?? {}),
    devDependencies: Object.keys(json.devDependencies ?? {}),
  };
};

/** Holds every file's imports against the arrows of ARCHITECTURE.md, since npm's hoisting will not. */
export const checkImports = (root: string): Findings => {
  const files = listFiles(root);
  const rooms = files
    .filter((file) => /^(packages|apps)\/[^/]+\/package\.json$/.test(file))
    .map((file) => readRoom(root, file));
  return files
    .filter((file) => /\.(ts|tsx|mts|js|mjs)$/.test(file) && !file.endsWith(".d.ts"))
    .flatMap((file) => {
      const room = rooms.find(({ folder }) => file.startsWith(`${folder}/`));
      if (!room) return [];
      return readImports(file, readText(root, file)).flatMap((imported) => {
        const problem = judgeImport(file, imported, room, rooms);
        return problem === null ? [] : [`${file}:${imported.line} ${problem}`];
      });
    });
};
