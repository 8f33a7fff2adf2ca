import { once } from "node:events";
import { join } from "node:path";
import { freePort } from "@adjourn/testkit";
import { expect, it } from "vitest";
import { spawnServer, spawnWithLogTo, temporaryFolder } from "../setup/server-process.js";
import { createSession, restWire } from "../setup/wires.js";

it("serves on when the reader of its log is gone", async () => {
  await using folder = await temporaryFolder();
  await using server = await spawnServer({
    DATABASE_URL: `file:${join(folder.path, "adjourn.db")}`,
    LOG_LEVEL: "debug",
  });
  const { stdout } = server.process;
  if (stdout) await once(stdout.destroy(), "close");
  const wire = restWire(server.url);
  // Each call writes a line.
  for (let call = 0; call < 5; call += 1) await createSession(wire);
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
});

it("serves on when the disk of its log is full", async ({ skip }) => {
  if (process.platform !== "linux") return skip("only Linux has /dev/full");
  await using folder = await temporaryFolder();
  const port = await freePort();
  await using server = spawnWithLogTo("/dev/full", {
    DATABASE_URL: `file:${join(folder.path, "adjourn.db")}`,
    LOG_LEVEL: "debug",
    PORT: String(port),
  });
  const readiness = async () => (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null))?.status;
  await Promise.race([expect.poll(readiness, { timeout: 20_000 }).toBe(200), server.exited]);
  for (let call = 0; call < 5; call += 1) await createSession(restWire(`http://127.0.0.1:${port}`));
  expect(server.process.exitCode).toBeNull();
});
