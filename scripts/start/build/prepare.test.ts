import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryRepo } from "../../checks/temporary-repo.js";
import { portProblem, tryPort } from "../settings/ports.mjs";
import { isBuilt, noteBuilt, sourceHash } from "./build-stamp.mjs";
import { isInstalled, noteInstalled } from "./installed.mjs";
import { nodeProblem } from "./node-version.mjs";

describe("what is installed is held against the lock", () => {
  const zod = { "node_modules/zod": { version: "4.6.7", integrity: "sha512-a" } };
  const mac = { "node_modules/mac": { version: "1.0.0", integrity: "sha512-b", optional: true } };
  const isIt = (lock: object, hidden: object | null) => {
    using repo = temporaryRepo({
      "package-lock.json": JSON.stringify({ packages: { "": {}, "packages/a": {}, ...lock } }),
      ...(hidden ? { "node_modules/.package-lock.json": JSON.stringify({ packages: hidden }) } : {}),
    });
    return isInstalled(repo.root);
  };

  test("nothing installed, or cut off before npm's last step", () => expect(isIt(zod, null)).toBe(false));
  test("all there", () => expect(isIt(zod, zod)).toBe(true));
  test("another platform's natives may be missing", () => expect(isIt({ ...zod, ...mac }, zod)).toBe(true));
  test("what one install went through with is not run again, whatever else the lock names", () => {
    using repo = temporaryRepo({
      "package-lock.json": JSON.stringify({ packages: zod }),
      "node_modules/.package-lock.json": JSON.stringify({ packages: {} }),
    });
    noteInstalled(repo.root);
    expect(isInstalled(repo.root)).toBe(true);
    writeFileSync(join(repo.root, "package-lock.json"), JSON.stringify({ packages: { ...zod, ...mac } }));
    expect(isInstalled(repo.root)).toBe(false);
  });
  test("a package came in", () => expect(isIt(zod, {})).toBe(false));
  test("a version moved on", () =>
    expect(isIt(zod, { "node_modules/zod": { version: "4.6.6", integrity: "sha512-c" } })).toBe(false));
});

describe("what is built is held against its sources", () => {
  const sources = {
    "package.json": "{}",
    "package-lock.json": "{}",
    "tsconfig.base.json": "{}",
    "turbo.json": "{}",
    "packages/a/src/a.ts": "1",
    "packages/a/src/a.test.ts": "1",
    "apps/api/dist/main.js": "",
    "apps/dashboard/dist/serve.js": "",
    "apps/dashboard/.next/BUILD_ID": "",
  };
  const changed = (change: (root: string) => void) => {
    using repo = temporaryRepo(sources);
    noteBuilt(repo.root, sourceHash(repo.root));
    expect(isBuilt(repo.root, sourceHash(repo.root))).toBe(true);
    change(repo.root);
    return !isBuilt(repo.root, sourceHash(repo.root));
  };

  test("an edited source asks for a build", () =>
    expect(changed((root) => writeFileSync(join(root, "packages/a/src/a.ts"), "2"))).toBe(true));
  test("a new source asks for a build", () =>
    expect(changed((root) => writeFileSync(join(root, "packages/a/src/b.ts"), ""))).toBe(true));
  test("a lock that moved asks for a build", () =>
    expect(changed((root) => writeFileSync(join(root, "package-lock.json"), "{ }"))).toBe(true));
  test("output that was deleted asks for a build", () =>
    expect(changed((root) => rmSync(join(root, "apps/api/dist"), { recursive: true }))).toBe(true));
  test("a test, an output or data asks for none", () =>
    expect(
      changed((root) => {
        writeFileSync(join(root, "packages/a/src/a.test.ts"), "2");
        mkdirSync(join(root, "packages/a/dist"));
        writeFileSync(join(root, "packages/a/dist/a.js"), "2");
        mkdirSync(join(root, "apps/api/data"));
        writeFileSync(join(root, "apps/api/data/adjourn.db"), "2");
      }),
    ).toBe(false));
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "a build that is stopped by %s half-way is no build, even where it ends well",
  async (signal) => {
    using repo = temporaryRepo({
      "package.json": '{ "type": "module" }',
      "package-lock.json": '{ "packages": {} }',
      "node_modules/.package-lock.json": '{ "packages": {} }',
      "tsconfig.base.json": "{}",
      "turbo.json": "{}",
      "packages/a/a.ts": "",
      "apps/a/a.ts": "",
      "node_modules/turbo/bin/turbo": `for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
        console.log("building");
        setInterval(() => {}, 1_000);`,
      "start.mjs": `import { prepare } from ${JSON.stringify(new URL("./prepare.mjs", import.meta.url).href)};
        await prepare(process.argv[2]).then(() => console.log("built"), (error) => console.log(error.message));`,
    });

    const child = spawn(process.execPath, [join(repo.root, "start.mjs"), repo.root], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.on("data", (chunk) => {
      said += chunk;
      if (said.endsWith("building\n")) child.kill(signal);
    });
    await once(child, "close");
    expect(said.split("\n")).toEqual(["Building …", "building", `Building was stopped (${signal}).`, ""]);
    expect(existsSync(join(repo.root, "node_modules/.cache/adjourn-build"))).toBe(false);
  },
);

test("a port that is taken is said in one line that names its setting", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = String(typeof address === "object" && address ? address.port : 0);
  expect(await portProblem("PORT", port, "127.0.0.1")).toBe(
    `PORT ${port} is in use: stop what listens there, or set PORT to another port.`,
  );
  server.close();
  await once(server, "close");
  expect(await portProblem("PORT", port, "127.0.0.1")).toBeNull();
  expect(await portProblem("PORT", "abc", "127.0.0.1")).toBeNull();
  expect(await tryPort(0, "127.0.0.1")).toBeGreaterThan(0);
});

test("a Node that is too old is refused in one line", () => {
  expect(nodeProblem("18.20.4")).toBe("Adjourn needs Node 20.12 or newer; this is 18.20.4.");
  expect(nodeProblem("20.9.0")).toContain("20.12");
  for (const version of ["20.12.0", "20.20.2", "22.0.0", "24.1.0"]) expect(nodeProblem(version)).toBeNull();
  for (const version of ["20.18.9", "22.11.0"])
    expect(nodeProblem(version, "Adjourn's tests")).toBe(
      `Adjourn's tests need Node 20.19, 22.12 or newer; this is ${version}.`,
    );
  for (const version of ["20.19.0", "21.0.0", "22.12.0", "24.0.0"])
    expect(nodeProblem(version, "Adjourn's tests")).toBeNull();
});
