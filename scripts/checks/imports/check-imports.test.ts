import { describe, expect, test } from "vitest";
import { temporaryRepo } from "../temporary-repo.js";
import { checkImports } from "./check-imports.js";

const packageJson = (
  name: string,
  dependencies: readonly string[] = [],
  exports: readonly string[] = ["."],
  peerDependencies: readonly string[] = [],
  devDependencies: readonly string[] = [],
) =>
  JSON.stringify({
    name: `@adjourn/${name}`,
    exports: Object.fromEntries(exports.map((entry) => [entry, "./x.js"])),
    dependencies: Object.fromEntries(dependencies.map((dependency) => [dependency, "1.0.0"])),
    devDependencies: Object.fromEntries(devDependencies.map((dependency) => [dependency, "1.0.0"])),
    peerDependencies: Object.fromEntries(peerDependencies.map((dependency) => [dependency, "^1.0.0"])),
  });

const repository = {
  "packages/sessions/package.json": packageJson("sessions", ["zod"], [".", "./internals", "./schemas"]),
  "packages/testkit/package.json": packageJson("testkit", ["@adjourn/sessions"], [".", "./simulation"]),
  "packages/storage/package.json": packageJson("storage", ["@adjourn/sessions", "libsql"]),
  "packages/bus/package.json": packageJson("bus", ["@adjourn/sessions", "ioredis"]),
  "packages/router/package.json": packageJson("router", ["@adjourn/sessions", "@trpc/server", "ws"]),
  "packages/client/package.json": packageJson(
    "client",
    ["@adjourn/router", "@trpc/client"],
    [".", "./tanstack-query"],
    ["@tanstack/react-query"],
  ),
  "packages/server/package.json": packageJson("server", ["@adjourn/router", "@adjourn/storage", "ws"]),
  "apps/api/package.json": packageJson("api", ["@adjourn/server", "pg"], ["."], [], ["rolldown"]),
  "apps/dashboard/package.json": packageJson("dashboard", ["@adjourn/client", "@adjourn/sessions", "react"]),
  // Packed as one file, with all that it imports.
  "apps/cli/package.json": JSON.stringify({
    name: "@adjourn/cli",
    devDependencies: { "@adjourn/client": "0.1.0", citty: "1.0.0" },
  }),
};

const check = (file: string, source: string) => {
  using repo = temporaryRepo({ ...repository, [file]: source });
  return checkImports(repo.root);
};

describe("an import against the rules is found, however it is written", () => {
  test.each([
    ["static", 'import { x } from "@adjourn/storage";'],
    ["type", 'import type { X } from "@adjourn/storage";'],
    ["inline type", 'import { type X } from "@adjourn/storage";'],
    ["import type()", 'export type X = import("@adjourn/storage").X;'],
    ["re-export", 'export * from "@adjourn/storage";'],
    ["named re-export", 'export type { X } from "@adjourn/storage";'],
    ["dynamic", 'export const x = () => import("@adjourn/storage");'],
    ["require", 'export const x = require("@adjourn/storage");'],
    ["import equals", 'import x = require("@adjourn/storage");'],
    ["bare", 'import "@adjourn/storage";'],
  ])("%s", (_name, source) => {
    expect(check("packages/router/src/a.ts", source)).toEqual([
      "packages/router/src/a.ts:1 @adjourn/router may not import @adjourn/storage",
    ]);
  });
});

describe("forbidden imports", () => {
  test.each([
    ["a package that imports an app", "packages/client/src/a.ts", "@adjourn/api", "may not import"],
    ["node in the domain", "packages/sessions/src/a.ts", "node:fs", "knows no node:fs"],
    ["node in the domain, by its old name", "packages/sessions/src/a.ts", "fs", "knows no fs"],
    ["a wire in the domain", "packages/sessions/src/a.ts", "ws", "knows no ws"],
    ["a driver in the router", "packages/router/src/a.ts", "libsql", "driver libsql"],
    ["a driver in an app that declares it", "apps/api/src/a.ts", "pg", "driver pg"],
    ["a driver in a test of the router", "packages/router/test/a.ts", "pg", "driver pg"],
    [
      "a dependency nobody declared",
      "packages/router/src/a.ts",
      "left-pad",
      "left-pad is not in packages/router",
    ],
    ["a tool of the build in the program", "apps/api/src/a.ts", "rolldown", "rolldown is not in apps/api"],
    [
      "an allowed import without the dependency",
      "packages/agents/src/a.ts",
      "@adjourn/sessions",
      "is not in packages/agents",
    ],
    [
      "a way past exports",
      "packages/storage/src/a.ts",
      "@adjourn/sessions/src/hub.js",
      "not among the exports",
    ],
    [
      "a way round exports",
      "packages/storage/src/a.ts",
      "../../sessions/src/hub.js",
      "reaches out of its package",
    ],
    ["the testkit in a product", "packages/storage/src/a.ts", "@adjourn/testkit", "may not import"],
    [
      "the domain's internals in an adapter",
      "packages/storage/src/a.ts",
      "@adjourn/sessions/internals",
      "may not import",
    ],
    ["values of the router in the client", "packages/client/src/a.ts", "@adjourn/router", "only types of"],
    ["the domain in the browser", "apps/dashboard/src/a.ts", "@adjourn/sessions", "may not import"],
    ["the router in the CLI", "apps/cli/src/a.ts", "@adjourn/router", "may not import"],
  ])("%s", (_name, file, specifier, problem) => {
    const agents = { "packages/agents/package.json": packageJson("agents") };
    using repo = temporaryRepo({ ...repository, ...agents, [file]: `import { x } from "${specifier}";` });
    expect(checkImports(repo.root)).toEqual([expect.stringContaining(problem)]);
  });

  test("a package that computes what it imports", () => {
    expect(check("packages/router/src/a.ts", "export const load = (name: string) => import(name);")).toEqual([
      "packages/router/src/a.ts:1 imports a computed specifier",
    ]);
  });
});

describe("allowed imports", () => {
  test.each([
    ["an adapter and the domain", "packages/storage/src/a.ts", 'import { x } from "@adjourn/sessions";'],
    ["a driver in a test of the process", "apps/api/test/a.ts", 'import postgres from "postgres";'],
    ["a tool of the build in its script", "apps/api/bundle.mjs", 'import { build } from "rolldown";'],
    ["a driver in its package", "packages/bus/src/a.ts", 'import { Redis } from "ioredis";'],
    [
      "types of the router in the client",
      "packages/client/src/a.ts",
      'import type { R } from "@adjourn/router";',
    ],
    [
      "schemas in the dashboard",
      "apps/dashboard/src/a.tsx",
      'import { i } from "@adjourn/sessions/schemas";',
    ],
    [
      "the hooks in the dashboard",
      "apps/dashboard/src/a.tsx",
      'import { p } from "@adjourn/client/tanstack-query";',
    ],
    ["one of the package's own imports", "packages/client/src/a.ts", 'import "#websocket";'],
    ["what is bundled", "apps/cli/src/a.ts", 'import { c } from "@adjourn/client"; import "citty";'],
    ["a peer dependency", "packages/client/src/a.ts", 'import "@tanstack/react-query";'],
    ["a contract suite in a test", "packages/storage/src/a.test.ts", 'import "@adjourn/testkit";'],
    ["its own entry in a test", "packages/storage/test/a.ts", 'import "@adjourn/storage";'],
    ["node in a test of the domain", "packages/sessions/src/a.test.ts", 'import "node:fs"; import "vitest";'],
    [
      "text that resembles an import",
      "packages/sessions/src/a.ts",
      'export const x = "import \'ws\'"; // import "ws"',
    ],
  ])("%s", (_name, file, source) => {
    expect(check(file, source)).toEqual([]);
  });
});
