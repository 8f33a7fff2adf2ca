import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";
import { afterAll } from "vitest";

const root = fileURLToPath(new URL("../../../../..", import.meta.url));

let program: Promise<string> | null = null;
const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/**
 * The server's sources as one file that Node starts at once: many processes are started here, and compiling the sources
 * for each takes three times as long. It is made once for a test file and is gone with it.
 */
export const serverProgram = (): Promise<string> => {
  program ??= bundle();
  return program;
};

const bundle = async (): Promise<string> => {
  // Inside the repo, so that Node finds the installed packages from there.
  const cache = join(root, "node_modules/.cache");
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "adjourn-cluster-"));
  folders.push(folder);
  const file = join(folder, "dist/main.mjs");
  await build({
    input: join(root, "apps/api/src/main.ts"),
    platform: "node",
    external: (id) => isBuiltin(id) || (/^[^./]/.test(id) && !id.startsWith("@adjourn/")),
    resolve: { conditionNames: ["adjourn-source", "node", "import", "default"] },
    output: { file, format: "esm", codeSplitting: false },
    logLevel: "warn",
  });
  return file;
};
