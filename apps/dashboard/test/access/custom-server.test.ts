import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const dashboard = fileURLToPath(new URL("../..", import.meta.url));

/** A Next.js custom server as docs/embedding.md has it, in front of the built pages. */
const program = `
import { once } from "node:events";
import { createServer } from "node:http";
import { createAdjourn } from "@adjourn/server";
import next from "next";
import { WebSocket } from "ws";

const adjourn = await createAdjourn({ databaseUrl: process.env.DATABASE_URL, logLevel: "silent" });
const pages = next({ dev: false });
await pages.prepare();
const handle = pages.getRequestHandler();
const server = createServer((request, response) => {
  adjourn.handler(request, response, () => handle(request, response));
});
server.on("upgrade", adjourn.upgrade);
await once(server.listen(0, "127.0.0.1"), "listening");
const host = "127.0.0.1:" + server.address().port;
const page = await fetch("http://" + host + "/icon.svg");
const created = await fetch("http://" + host + "/api/messaging/sessions", {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({
    agentId: "00000000-0000-4000-8000-000000000001",
    userId: "00000000-0000-4000-8000-0000000000aa",
  }),
});
const { sessionId } = await created.json();
const socket = new WebSocket("ws://" + host + "/api/messaging/sessions/" + sessionId + "/events");
await once(socket, "message");
await adjourn.sessions.endSession({ sessionId });
const [code] = await once(socket, "close");
await adjourn.close();
console.log("result " + JSON.stringify([page.status, page.headers.get("content-type"), created.status, code]));
process.exit(0);
`;

it("a Next.js custom server serves its pages, and Adjourn with its sockets beside them", async () => {
  if (!existsSync(join(dashboard, ".next/BUILD_ID")))
    throw new Error("the pages are missing: run npm run build first");
  const folder = await mkdtemp(join(tmpdir(), "adjourn-next-"));
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: dashboard,
    env: { ...process.env, NODE_ENV: "production", DATABASE_URL: `file:${join(folder, "adjourn.db")}` },
  });
  await rm(folder, { recursive: true });
  expect(/^result (.*)$/m.exec(stdout)?.[1]).toBe('[200,"image/svg+xml",201,4410]');
});
