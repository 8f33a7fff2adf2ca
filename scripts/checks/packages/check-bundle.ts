import { builtinModules } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import type { Findings } from "../repo-files.js";

/** Bytes, gzipped, with all dependencies. */
const maxCoreBytes = 30_000;

const builtins = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));

/** A program as a browser is given it. */
const bundle = async (root: string, program: string) => {
  const build = await rolldown({
    input: "virtual:program",
    platform: "browser",
    // The directive "use client" has no meaning in a bundle.
    checks: { moduleLevelDirective: false },
    plugins: [
      {
        name: "program",
        resolveId: (id, importer) =>
          id === "virtual:program"
            ? join(root, "packages/client/program.js")
            : importer && builtins.has(id)
              ? { id, external: true }
              : null,
        load: (id) => (id === join(root, "packages/client/program.js") ? program : null),
      },
    ],
  });
  const { output } = await build.generate({ format: "esm", minify: true });
  return output[0];
};

/** The client in a browser: small, without Node's modules, and nothing of it where nothing of it is used. */
export const checkBundle = async (root: string): Promise<Findings> => {
  const core = await bundle(root, 'export * from "@adjourn/client";');
  const bytes = gzipSync(core.code).length;
  const unused = await bundle(root, 'import "@adjourn/client"; import "@adjourn/client/react";');
  console.log(`client: ${bytes} bytes gzipped in a browser, of ${maxCoreBytes}`);
  const forNode = [
    ...core.imports,
    ...core.moduleIds.filter((id) => /node_modules\/ws\/|websocket\/node/.test(id)),
  ];
  return [
    ...(bytes > maxCoreBytes ? [`the client has ${bytes} bytes gzipped; allowed: ${maxCoreBytes}`] : []),
    ...forNode.map((name) => `the client for a browser imports ${name}`),
    ...(/\S/.test(unused.code.replaceAll(/import\s*["'][^"']*["'];?/g, ""))
      ? ["a bare import of the client is not shaken off"]
      : []),
  ];
};
