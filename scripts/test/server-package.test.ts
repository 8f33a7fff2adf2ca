import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Packed, pack } from "../checks/packages/packed.js";
import { createOutsideProject, type OutsideProject } from "./outside-project.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

let packed: Packed;
let project: OutsideProject;
beforeAll(async () => {
  packed = pack(join(root, "packages/server"));
  project = await createOutsideProject({ "@adjourn/server": packed.tarball }, [
    "@trpc/server",
    "express",
    "@types/express",
    "@types/node",
    "undici-types",
  ]);
}, 120_000);
afterAll(() => {
  project?.[Symbol.dispose]();
  packed?.[Symbol.dispose]();
});

/** Express with Adjourn mounted behind a body parser, and a router of its own; then it has nothing left to do. */
const program = `
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type Context, createAdjourn, SessionError, type SessionEvent } from "@adjourn/server";
import { initTRPC } from "@trpc/server";
import { createExpressMiddleware } from "@trpc/server/adapters/express";
import express from "express";

const adjourn = await createAdjourn({ databaseUrl: "file:./outside.db", logLevel: "silent" });
interface AppContext extends Context { readonly shop: string }
const t = initTRPC.context<AppContext>().create();
const router = t.router({ shop: t.procedure.query(({ ctx }) => ctx.shop), chat: adjourn.router });
const app = express();
app.use(express.json());
app.use("/rpc", createExpressMiddleware({
  router,
  createContext: async (options) => ({ ...(await adjourn.createContext(options)), shop: "corner" }),
}));
app.use(adjourn.handler);
const server = app.listen(0, "127.0.0.1");
server.on("upgrade", adjourn.upgrade);
await once(server, "listening");
const { port } = server.address() as AddressInfo;
const url = "http://127.0.0.1:" + port;
const post = async (path: string, body: object): Promise<Response> => fetch(url + path, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});
const ids = { agentId: "00000000-0000-4000-8000-000000000001", userId: "11111111-1111-4111-8111-111111111111" };
const created = await post("/api/messaging/sessions", ids);
const { sessionId } = (await created.json()) as { sessionId: string };
const streamed = await post("/api/messaging/sessions/" + sessionId + "/messages", { content: "hi", transport: "sse" });
const isDone = (await streamed.text()).includes("event: done");
const merged = await fetch(url + "/rpc/shop,chat.getSession?batch=1&input=" + encodeURIComponent(JSON.stringify({ 1: { sessionId } })));
const [shop] = (await merged.json()) as [{ result: { data: string } }];
const events = await adjourn.sessions.sessionEvents({ sessionId });
const { endedAt } = await adjourn.sessions.endSession({ sessionId, reason: "enough" });
const types: SessionEvent["type"][] = [];
for await (const event of events) types.push(event.type);
const again: unknown = await adjourn.sessions.endSession({ sessionId }).catch((error: unknown) => error);
const code = again instanceof SessionError ? again.code : null;
server.closeAllConnections();
server.close();
await adjourn.close();
console.log(JSON.stringify({ status: created.status, isDone, shop: shop.result.data, types, code, hasEnded: Date.parse(endedAt) > 0 }));
`;

/** Misuse that must not compile, and what must have a type. */
const types = `
import { type Adjourn, type AdjournOptions, createAdjourn, type ErrorCode } from "@adjourn/server";

declare const adjourn: Adjourn;
// @ts-expect-error: no such field
void adjourn.sessions.endSession({ sessionID: "a" });
// @ts-expect-error: no such operation
void adjourn.sessions.endAll;
// @ts-expect-error: no such option
void createAdjourn({ databaseURL: "file:./a.db" });
// @ts-expect-error: no such code
export const code: ErrorCode = "SESSION_GONE";
export const options: AdjournOptions = { adminKeys: [{ name: "ops", key: "0123456789abcdef" }] };
export const text = async (): Promise<string> => (await adjourn.sessions.getSession({ sessionId: "a" })).expiresAt;
// @ts-expect-error: it is a text, and neither a number nor anything
export const number = async (): Promise<number> => (await adjourn.sessions.getSession({ sessionId: "a" })).expiresAt;
`;

/** The copyable start of a document. */
const firstBlock = (document: string): string =>
  /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, document), "utf8"))?.[1] ?? "";

test("an outside project runs Express with Adjourn mounted, compiled strictly, and exits by itself", async () => {
  project.write("src/program.ts", program);
  project.write("src/types.ts", types);
  for (const document of ["docs/embedding.md", "packages/server/README.md"])
    project.write(`src/${document.replaceAll("/", "-")}.ts`, firstBlock(document));
  await project.compile();
  expect(JSON.parse(await project.node("built/program.js"))).toEqual({
    status: 201,
    isDone: true,
    shop: "corner",
    types: ["session.started", "session.ended"],
    code: "SESSION_NOT_FOUND",
    hasEnded: true,
  });
}, 120_000);
