import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { temporaryRepo } from "../checks/temporary-repo.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

/** A project that knows this repository by tarballs only. */
export interface OutsideProject extends Disposable {
  readonly folder: string;
  write(path: string, text: string): void;
  /** Compiles its TypeScript to `built`, strictly; throws what the compiler says. */
  compile(): Promise<void>;
  /** Runs one of its programs until it exits; resolves to its standard output. */
  node(path: string, args?: readonly string[]): Promise<string>;
}

/** The version that the lock holds, which is in npm's cache after `npm ci`. */
const lockedVersion = (name: string): string => {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, { readonly version?: string }>>;
  };
  const version = lock.packages[`node_modules/${name}`]?.version;
  if (version === undefined) throw new Error(`${name} is not locked`);
  return version;
};

const tsconfig = {
  compilerOptions: {
    target: "es2023",
    module: "nodenext",
    lib: ["ES2024", "DOM", "DOM.AsyncIterable"],
    types: ["node"],
    jsx: "react-jsx",
    strict: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    rootDir: "src",
    outDir: "built",
  },
  include: ["src"],
};

/** As docs/client.md asks for them, for TanStack Query. */
const overrides = {
  "@trpc/tanstack-react-query": {
    "@trpc/client": lockedVersion("@trpc/client"),
    "@trpc/server": lockedVersion("@trpc/server"),
  },
};

/** Installs the tarballs, and besides them only packages that this repository's lock holds. */
export const createOutsideProject = async (
  tarballs: Readonly<Record<string, string>>,
  others: readonly string[],
): Promise<OutsideProject> => {
  const repo = temporaryRepo({});
  const folder = repo.root;
  const dependencies = {
    ...Object.fromEntries(Object.entries(tarballs).map(([name, path]) => [name, `file:${path}`])),
    ...Object.fromEntries(others.map((name) => [name, lockedVersion(name)])),
  };
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const manifest = { name: "outside", private: true, type: "module", dependencies, overrides };
  write("package.json", JSON.stringify(manifest));
  write("tsconfig.json", JSON.stringify(tsconfig));
  const quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  await run("npm", ["install", "--prefer-offline", ...quiet], { cwd: folder });
  return {
    folder,
    write,
    compile: async () => {
      const tsc = join(root, "node_modules/typescript/bin/tsc");
      await run(process.execPath, [tsc, "-p", folder], { cwd: folder }).catch(
        ({ stdout }: { stdout: string }) => {
          throw new Error(`does not compile:\n${stdout}`);
        },
      );
    },
    node: async (path, args = []) => {
      const { stdout } = await run(process.execPath, [path, ...args], {
        cwd: folder,
        env: { PATH: process.env.PATH },
      });
      return stdout;
    },
    [Symbol.dispose]: repo[Symbol.dispose],
  };
};
