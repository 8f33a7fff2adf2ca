import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Packed, pack } from "../checks/packages/packed.js";
import { createOutsideProject, type OutsideProject } from "./outside-project.js";
import { startTemporaryServer } from "./temporary-server.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

let packed: Packed;
let project: OutsideProject;
beforeAll(async () => {
  packed = pack(join(root, "packages/client"));
  project = await createOutsideProject({ "@adjourn/client": packed.tarball }, [
    "react",
    "react-dom",
    "@types/react",
    "@tanstack/react-query",
    "@trpc/tanstack-react-query",
    "@types/node",
    "undici-types",
  ]);
}, 120_000);
afterAll(() => {
  project?.[Symbol.dispose]();
  packed?.[Symbol.dispose]();
});

/** Sends, streams, listens until the end, ends, closes, and then has nothing left to do. */
const program = `
import { createClient, SessionError, type SessionEvent } from "@adjourn/client";

const [url = ""] = process.argv.slice(2);
const client = createClient({ url });
const { sessionId } = await client.trpc.createSession.mutate({
  agentId: "00000000-0000-4000-8000-000000000002",
  userId: "11111111-1111-4111-8111-111111111111",
});
const session = client.session(sessionId);
const types: SessionEvent["type"][] = [];
let isListening = () => {};
const listening = new Promise<void>((resolve) => { isListening = resolve; });
const reading = (async () => {
  for await (const event of session.events()) {
    types.push(event.type);
    isListening();
  }
})();
await listening;
const reply = session.send("one two three");
let text = "";
for await (const piece of reply) text += piece;
const { content } = await reply;
const { endedAt } = await session.end({ reason: "enough" });
await reading;
const again: unknown = await session.end().catch((error: unknown) => error);
const code = again instanceof SessionError ? again.code : null;
await client.close();
console.log(JSON.stringify({ text, content, types, code, hasEnded: Date.parse(endedAt) > 0 }));
`;

/** Misuse that must not compile, and what must have a type. */
const types = `
import { createClient, type SessionErrorCode, type SessionEvent, type SessionInfo } from "@adjourn/client";
import { useSession } from "@adjourn/client/react";
import { useTRPC } from "@adjourn/client/tanstack-query";
import { useQuery } from "@tanstack/react-query";

const client = createClient({ url: "http://127.0.0.1:3000" });
// @ts-expect-error: no such field
void client.trpc.endSession.mutate({ sessionID: "a" });
// @ts-expect-error: no such operation
void client.trpc.endAll;
// @ts-expect-error: no such code
export const code: SessionErrorCode = "SESSION_GONE";
// @ts-expect-error: an event of this type has no such field
export const field = (event: Extract<SessionEvent, { type: "message" }>) => event.reason;
export const info = (): Promise<SessionInfo> => client.trpc.getSession.query({ sessionId: "a" });
export const cause = (event: Extract<SessionEvent, { type: "session.ended" }>): "requested" | "bulk" | "expired" | "max_duration" | "blocked" => event.cause;
export const useName = (): string | undefined => useQuery(useTRPC().listAgents.queryOptions()).data?.data.agents[0]?.name;
// @ts-expect-error: no such status
export const isGone = (id: string) => useSession(id).status === "gone";
`;

const blocksOf = (file: string): string[] => {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/```(tsx?)\n([\s\S]*?)```/g)].map(([, , block = ""]) => block);
};

test("the packed client brings nothing of this repository and only its three dependencies", () => {
  const installed = join(project.folder, "node_modules");
  expect(readdirSync(join(installed, "@adjourn"))).toEqual(["client"]);
  const { dependencies } = JSON.parse(
    readFileSync(join(installed, "@adjourn/client/package.json"), "utf8"),
  ) as {
    readonly dependencies: object;
  };
  expect(Object.keys(dependencies)).toEqual(["@trpc/client", "@trpc/server", "ws"]);
  expect(existsSync(join(installed, "zod"))).toBe(false);
});

test("every example of its README and its page compiles outside, strictly and with the types of all libraries", async () => {
  const files = ["packages/client/README.md", "docs/client.md", "README.md"];
  const blocks = files.flatMap(blocksOf);
  expect(blocks.length).toBeGreaterThanOrEqual(6);
  for (const [index, block] of blocks.entries()) project.write(`src/example-${index}.tsx`, block);
  project.write("src/program.ts", program);
  project.write("src/types.ts", types);
  await project.compile();
}, 60_000);

test("a program outside sends, streams, listens until the end, ends, and exits by itself", async () => {
  await using server = await startTemporaryServer();
  project.write("src/program.ts", program);
  await project.compile();
  const output: unknown = JSON.parse(await project.node("built/program.js", [server.url]));
  expect(output).toMatchObject({
    text: "one two three",
    content: "one two three",
    code: "SESSION_NOT_FOUND",
    hasEnded: true,
  });
  const { types } = output as { readonly types: readonly string[] };
  expect([types[0], types.at(-1)]).toEqual(["session.started", "session.ended"]);
});

test("importing it, and making a client, starts nothing", async () => {
  project.write(
    "built/import.js",
    [
      'import { createClient } from "@adjourn/client";',
      'import "@adjourn/client/react";',
      'createClient({ url: "http://127.0.0.1:1" }).session("a");',
      'const signals = ["SIGINT", "SIGTERM", "uncaughtException", "unhandledRejection"];',
      "const left = process.getActiveResourcesInfo().filter((name) => /TCP|UDP|Timeout|Immediate|Worker/.test(name));",
      "console.log(JSON.stringify([signals.map((name) => process.listenerCount(name)), left]));",
    ].join("\n"),
  );
  expect(JSON.parse(await project.node("built/import.js"))).toEqual([[0, 0, 0, 0], []]);
});

test("a send that nobody waits for fails aloud; one that a loop reads fails there alone", async () => {
  await using server = await startTemporaryServer();
  const send = (rest: string) => [
    'import { createClient } from "@adjourn/client";',
    `const client = createClient({ url: "${server.url}" });`,
    'const reply = client.session("gone").send("hello");',
    rest,
  ];
  project.write(
    "built/loop.js",
    send("try { for await (const _ of reply); } catch (e) { console.log(e.code); }").join("\n"),
  );
  expect(await project.node("built/loop.js")).toBe("SESSION_NOT_FOUND\n");
  project.write("built/ignored.js", send("").join("\n"));
  await expect(project.node("built/ignored.js")).rejects.toThrow("SESSION_NOT_FOUND");
});

test("the example of its page talks to a server", async () => {
  await using server = await startTemporaryServer();
  const [talk = ""] = blocksOf("docs/client.md");
  project.write("talk.mjs", talk.replace("http://127.0.0.1:3000", server.url));
  const lines = (await project.node("talk.mjs")).trimEnd().split("\n");
  expect(lines.slice(0, -1).map((line) => line.trim())).toEqual(["One", "word", "after", "the", "other"]);
  expect(lines.at(-1)).toMatch(/^ended at \d{4}-/);
});
