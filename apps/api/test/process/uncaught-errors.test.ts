import { join } from "node:path";
import { expect, it } from "vitest";
import { spawnServer, temporaryFolder } from "../setup/server-process.js";
import { hasReceived, plainWs } from "../setup/subscribing.js";
import { createSession, restWire } from "../setup/wires.js";

it.each([
  ["a rejected promise", 'Promise.reject(new Error("nobody caught this"))'],
  ["an exception", 'setImmediate(() => { throw new Error("nobody caught this"); })'],
])(
  "%s that nobody catches is logged with its cause, listeners are let go, and the process ends with 1",
  async (_, fault) => {
    await using folder = await temporaryFolder();
    const preloaded = `process.on("SIGUSR2", () => { ${fault}; });`;
    await using server = await spawnServer({
      DATABASE_URL: `file:${join(folder.path, "adjourn.db")}`,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preloaded)}`,
    });
    const { sessionId } = await createSession(restWire(server.url));
    await using received = plainWs.listen(server.url, sessionId);
    await hasReceived(received, "session.started");
    server.process.kill("SIGUSR2");
    expect(await server.exited).toMatchObject({ code: 1, stderr: expect.stringContaining("nobody caught") });
    expect(await received.over).toMatchObject({ how: "lost", why: expect.stringContaining("1012") });
    const fatal = server
      .output()
      .split("\n")
      .filter((line) => line.includes('"level":"fatal"'));
    expect(fatal).toHaveLength(1);
    expect(JSON.parse(fatal[0] ?? "")).toMatchObject({ error: { message: "nobody caught this" } });
  },
);
