import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { temporaryFolder } from "../setup/server-process.js";
import { startTestServer, until } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";
import { overStdio } from "./open-mcp.js";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

it("a client over stdio outlives a restart of the server", async () => {
  const DATABASE_URL = `file:${join(folder.path, "adjourn.db")}`;
  const first = await startTestServer({ DATABASE_URL });
  const { port } = new URL(first.url);
  const { sessionId } = await createSession(restWire(first.url));
  const client = await overStdio(first.url, "2025-11-25");
  try {
    const show = () => client.callTool({ name: "get_session", arguments: { sessionId } });
    expect((await show()).structuredContent).toMatchObject({ sessionId });
    await first.close();
    await expect(show()).rejects.toThrow(/No answer from/);
    await using second = await startTestServer({ DATABASE_URL, PORT: port });
    expect(second.url).toBe(first.url);
    expect((await show()).structuredContent).toMatchObject({ sessionId });
    const ended = await client.callTool({ name: "end_session", arguments: { sessionId } });
    expect(ended.structuredContent).toMatchObject({ success: true });
    await until(async () => (await restWire(second.url).call("getEnding", { sessionId })).status === 200);
  } finally {
    await client.close();
  }
});
