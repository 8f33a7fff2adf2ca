import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A package as `npm pack` makes it. */
export interface Packed extends Disposable {
  readonly tarball: string;
  readonly data: Uint8Array<ArrayBuffer>;
  /** The files in it, as paths from the package's folder. */
  readonly files: readonly string[];
}

interface PackResult {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** Packs the workspace in `folder`. */
export const pack = (folder: string): Packed => {
  const destination = mkdtempSync(join(tmpdir(), "adjourn-pack-"));
  const args = ["pack", "--json", "--pack-destination", destination, "--loglevel=error"];
  // What the package's own scripts print stands before the JSON.
  const output = execFileSync("npm", args, {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  // From npm 12 on the results are an object, by package.
  const results = Object.values(JSON.parse(output.slice(output.search(/^[[{]$/m)))) as readonly PackResult[];
  const [result] = results;
  if (!result) throw new Error(`npm pack made nothing of ${folder}`);
  const tarball = join(destination, result.filename);
  return {
    tarball,
    data: new Uint8Array(readFileSync(tarball)),
    files: result.files.map(({ path }) => path),
    [Symbol.dispose]: () => rmSync(destination, { recursive: true }),
  };
};
