/**
 * Makes the package complete without the others of this workspace: their code is in its files, and their declarations lie
 * beside its own. What is installed with it stays outside.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";

const folder = dirname(fileURLToPath(import.meta.url));
const types = join(folder, "dist/types");
const own = "@adjourn/";

await build({
  input: join(folder, "src/index.ts"),
  platform: "node",
  external: (id) => !/^[./]/.test(id) && !id.startsWith(own),
  resolve: { conditionNames: ["adjourn-source"] },
  // Drivers of Postgres and Redis are loaded only where they are needed.
  output: { dir: join(folder, "dist"), format: "esm", chunkFileNames: "[name].js" },
  logLevel: "warn",
});

/** A declaration file, where it was built and where it belongs. */
class Declarations {
  /** @param {string} name @param {string} path */
  constructor(name, path) {
    this.name = name;
    this.path = path;
  }

  get source() {
    return this.name === "server" ? this.target : join(folder, "..", this.name, "dist", this.path);
  }

  get target() {
    return join(types, this.name, this.path);
  }

  /** @param {string} specifier @returns {Declarations | null} null for a package that is installed */
  imported(specifier) {
    if (specifier.startsWith(".")) {
      // What an earlier run has written, and tsc did not write again, names other packages by their folders.
      const path = join(this.name, dirname(this.path), specifier.replace(/\.js$/, ".d.ts"));
      const [name = "", ...rest] = path.split(sep);
      return new Declarations(name, join(...rest));
    }
    return specifier.startsWith(own) ? Declarations.of(specifier) : null;
  }

  /** @param {string} specifier */
  static of(specifier) {
    const [, name = "", ...rest] = specifier.split("/");
    const { exports } = JSON.parse(readFileSync(join(folder, "..", name, "package.json"), "utf8"));
    return new Declarations(name, exports[[".", ...rest].join("/")].types.replace("./dist/", ""));
  }
}

/** The words before the name of a module, and the name. */
const imports = /((?:\bfrom|\bimport|\bimport\()\s*")([^"\n]+)(?=")/g;

/** @type {Map<string, string>} */
const written = new Map();

/** @param {Declarations} declarations */
const copy = (declarations) => {
  const { source, target } = declarations;
  if (written.has(target)) return;
  const text = readFileSync(source, "utf8").replaceAll(/^\/\/# sourceMappingURL.*$/gm, "");
  written.set(target, text);
  const complete = text.replaceAll(imports, (words, before, specifier) => {
    const next = declarations.imported(specifier);
    if (next === null) return words;
    copy(next);
    const path = relative(dirname(target), next.target).replace(/\.d\.ts$/, ".js");
    return before + (path.startsWith(".") ? path : `./${path}`);
  });
  written.set(target, complete);
};

copy(new Declarations("server", "index.d.ts"));
for (const name of ["agents", "bus", "router", "sessions", "storage", "transports"])
  rmSync(join(types, name), { recursive: true, force: true });
for (const [target, text] of written) {
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}
