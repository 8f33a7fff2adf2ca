import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import openapiTS, { astToString } from "openapi-typescript";
import { expect, test } from "vitest";
import { createOpenapiDocument } from "../src/rest/openapi/openapi.js";
import { scriptedAgentId, startRestServer, testUserId } from "./rest-server.js";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const root = here("../../..");

test("a client generated from the document compiles", async () => {
  const parent = join(root, "node_modules/.cache");
  await mkdir(parent, { recursive: true });
  // Below the root, so that the compiler finds the packages that the client imports.
  const folder = await mkdtemp(join(parent, "generated-client-"));
  try {
    const document = JSON.stringify(createOpenapiDocument({ dialect: "documented" }));
    await writeFile(join(folder, "paths.mts"), astToString(await openapiTS(document)));
    await copyFile(here("./generated-client/walk.mts"), join(folder, "walk.mts"));
    const flags = [
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2024",
      "--lib",
      "es2024,dom",
    ];
    const more = [
      "--allowImportingTsExtensions",
      "--noUncheckedIndexedAccess",
      "--skipLibCheck",
      "--types",
      "",
    ];
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const compiled = promisify(execFile)(process.execPath, [
      tsc,
      ...flags,
      ...more,
      join(folder, "walk.mts"),
    ]);
    await compiled.catch(({ stdout }: { stdout: string }) => expect(stdout).toBe(""));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);

type Walk = (baseUrl: string, who: { agentId: string; userId: string }) => Promise<string[]>;

test("and walks through a session's life", async () => {
  // By a name that the type checker does not follow: the types that it imports are only made above.
  const { walk } = (await import(here("./generated-client/walk.mts"))) as { walk: Walk };
  await using server = await startRestServer();
  const answering = server.world.agent.nextTurn().then((turn) => {
    turn.say("hello");
    turn.finish();
  });
  const steps = await walk(server.url, { agentId: scriptedAgentId, userId: testUserId });
  await answering;
  expect(steps).toEqual([
    "createSession 201",
    "getSession 200",
    "sendSessionMessage 201",
    "getSessionMessages 200",
    "sessionHeartbeat 200",
    "renewSession 200",
    "updateSessionTimeout 200",
    "listSessions 200",
    "endSession 200",
    "endSession 404",
    "getChannelMessages 200",
    "listEndings 200",
  ]);
});
