import { join } from "node:path";
import type { Client } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { temporaryFolder } from "../setup/server-process.js";
import { startTestServer, type TestServer, until } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";
import { overStdio } from "./open-mcp.js";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let first: TestServer;
let client: Client;
const env = () => ({ DATABASE_URL: `file:${join(folder.path, "adjourn.db")}` });
beforeAll(async () => {
  folder = await temporaryFolder();
  first = await startTestServer(env());
  client = await overStdio(first.url, "2025-11-25");
});
afterAll(async () => {
  await client?.close();
  await first?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

it("a client over stdio outlives a restart of the server", async () => {
  const { sessionId } = await createSession(restWire(first.url));
  const show = () => client.callTool({ name: "get_session", arguments: { sessionId } });
  expect((await show()).structuredContent).toMatchObject({ sessionId });
  await first.close();
  await expect(show()).rejects.toThrow(/No answer from/);
  await using second = await startTestServer({ ...env(), PORT: new URL(first.url).port });
  expect((await show()).structuredContent).toMatchObject({ sessionId });
  const ended = await client.callTool({ name: "end_session", arguments: { sessionId } });
  expect(ended.structuredContent).toMatchObject({ success: true });
  await until(async () => (await restWire(second.url).call("getEnding", { sessionId })).status === 200);
});
