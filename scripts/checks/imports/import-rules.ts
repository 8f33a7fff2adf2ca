import { isBuiltin } from "node:module";
import { posix } from "node:path";
import type { Import } from "./read-imports.js";

export interface WorkspacePackage {
  readonly name: string;
  /** From the root, forward slashes, no slash at the end. */
  readonly folder: string;
  /** The entries of `exports`, as a caller writes them: `@adjourn/sessions/schemas`. */
  readonly entries: readonly string[];
  /** Including peer dependencies. */
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
}

/** The packages that each package may import. An entry that ends in ` (types)` allows type imports only. */
const importRules: Readonly<Record<string, readonly string[]>> = {
  "@adjourn/sessions": [],
  "@adjourn/testkit": ["@adjourn/sessions", "@adjourn/sessions/internals"],
  "@adjourn/storage": ["@adjourn/sessions"],
  "@adjourn/bus": ["@adjourn/sessions"],
  "@adjourn/agents": ["@adjourn/sessions"],
  "@adjourn/transports": ["@adjourn/sessions"],
  "@adjourn/router": ["@adjourn/sessions", "@adjourn/transports"],
  "@adjourn/client": ["@adjourn/router (types)"],
  "@adjourn/server": [
    "@adjourn/router",
    "@adjourn/transports",
    "@adjourn/storage",
    "@adjourn/bus",
    "@adjourn/agents",
    "@adjourn/sessions",
  ],
  "@adjourn/api": ["@adjourn/server"],
  "@adjourn/dashboard": ["@adjourn/client", "@adjourn/client/tanstack-query", "@adjourn/sessions/schemas"],
  "@adjourn/cli": ["@adjourn/client"],
};

/** What tests may import in addition. Every test may import the testkit, which the root's package.json declares. */
const testImportRules: Readonly<Record<string, readonly string[]>> = {
  "@adjourn/router": ["@adjourn/client"],
  "@adjourn/client": ["@adjourn/router", "@adjourn/sessions"],
  "@adjourn/api": ["@adjourn/client", "@adjourn/router", "@adjourn/sessions", "@adjourn/agents"],
  "@adjourn/dashboard": ["@adjourn/api", "@adjourn/server", "@adjourn/sessions"],
  "@adjourn/cli": ["@adjourn/api", "@adjourn/server"],
};

const drivers = /^(libsql|better-sqlite3|sqlite3|postgres|pg|ioredis|redis|iovalkey)$/;
const driverPackages = ["@adjourn/storage", "@adjourn/bus"];
/** Packages whose tests may access a running server's database directly. */
const driverTestPackages = ["@adjourn/api"];

const isTest = (file: string): boolean =>
  /\.test(-d)?\.tsx?$|\/(test|__fixtures__)\/|^packages\/testkit\//.test(file) ||
  file.endsWith("vitest.config.ts");

/** Packages whose build puts the code of this workspace's others into its files, so that nobody has to install those. */
const bundledPackages = ["@adjourn/cli", "@adjourn/server"];
/** Those of them whose files contain everything that they import. */
const wholePackages = ["@adjourn/cli"];

/** A script beside package.json, which the build of the package runs. */
const isBuildScript = (file: string, { folder }: WorkspacePackage): boolean =>
  posix.dirname(file) === folder && file.endsWith(".mjs");

const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

const typesOf = (name: string): string =>
  `@types/${name.startsWith("@") ? name.slice(1).replace("/", "__") : name}`;

/** @returns the reason why a file of `importer` may not import this, or null if it may */
export const checkImport = (
  file: string,
  imported: Import,
  importer: WorkspacePackage,
  packages: readonly WorkspacePackage[],
): string | null => {
  const { specifier } = imported;
  // An app may load a program that it finds at run time; a package may not.
  if (specifier === null)
    return isTest(file) || file.startsWith("apps/") ? null : "imports a computed specifier";
  if (specifier.startsWith(".")) return checkRelativeImport(file, specifier, importer);
  // Of the package's own `imports`, which the compiler resolves.
  if (specifier.startsWith("#")) return null;
  if (isBuiltin(specifier)) return checkBuiltinImport(file, specifier, importer);
  const target = packages.find(({ name }) => name === packageOf(specifier));
  return target
    ? checkPackageImport(file, { ...imported, specifier }, importer, target)
    : checkExternalImport(file, { ...imported, specifier }, importer);
};

const checkRelativeImport = (file: string, specifier: string, importer: WorkspacePackage): string | null => {
  const target = posix.join(posix.dirname(file), specifier);
  return target.startsWith(`${importer.folder}/`) || target === importer.folder
    ? null
    : `reaches out of its package: ${specifier}`;
};

const checkBuiltinImport = (file: string, specifier: string, importer: WorkspacePackage): string | null => {
  if (isTest(file)) return null;
  return importer.name === "@adjourn/sessions" ? `the domain knows no ${specifier}` : null;
};

type Named = Import & { readonly specifier: string };

const checkPackageImport = (
  file: string,
  { specifier, typeOnly }: Named,
  importer: WorkspacePackage,
  target: WorkspacePackage,
): string | null => {
  if (!target.entries.includes(specifier)) return `${specifier} is not among the exports of ${target.name}`;
  const test = isTest(file);
  // A test may import its own package by name.
  if (target.name === importer.name && test) return null;
  if (target.name === "@adjourn/testkit" && test) return null;
  const allowed = [
    ...(importRules[importer.name] ?? []),
    ...(test ? (testImportRules[importer.name] ?? []) : []),
  ];
  const open =
    allowed.includes(specifier) ||
    (typeOnly && allowed.includes(`${specifier} (types)`)) ||
    (allowed.includes(target.name) && !specifier.endsWith("/internals"));
  if (!open)
    return allowed.includes(`${target.name} (types)`)
      ? `${importer.name} may import only types of ${target.name}`
      : `${importer.name} may not import ${specifier}`;
  const devToo = test || typeOnly || bundledPackages.includes(importer.name);
  return declares(importer, target.name, devToo) ? null : undeclared(importer, target.name);
};

const checkExternalImport = (
  file: string,
  { specifier, typeOnly }: Named,
  importer: WorkspacePackage,
): string | null => {
  const name = packageOf(specifier);
  const test = isTest(file);
  const mayDrive = [...driverPackages, ...(test ? driverTestPackages : [])];
  if (drivers.test(name) && !mayDrive.includes(importer.name))
    return `the driver ${name} is not allowed here`;
  if (importer.name === "@adjourn/sessions" && !test && name !== "zod") return `the domain knows no ${name}`;
  // vitest and other test tools are declared once, in the root's package.json.
  if (test) return null;
  const declared =
    declares(importer, name, typeOnly || isBuildScript(file, importer)) ||
    (typeOnly && declares(importer, typesOf(name), true));
  return declared ? null : undeclared(importer, name);
};

const declares = (importer: WorkspacePackage, name: string, devToo: boolean): boolean =>
  importer.dependencies.includes(name) ||
  ((devToo || wholePackages.includes(importer.name)) && importer.devDependencies.includes(name));

const undeclared = (importer: WorkspacePackage, name: string): string =>
  `${name} is not in ${importer.folder}/package.json`;
