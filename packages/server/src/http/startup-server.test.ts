import { StoreUnavailableError } from "@adjourn/sessions";
import { freePort } from "@adjourn/testkit";
import { pino } from "pino";
import { expect, it, vi } from "vitest";
import { openWhileWaiting } from "./startup-server.js";

const host = "127.0.0.1";
const waits = { timeout: 25_000 };

it("until the store can be reached the process lives, is not ready and refuses work with 503", async () => {
  const port = await freePort();
  const url = `http://${host}:${port}`;
  let isThere = false;
  const open = async () => {
    if (!isThere) throw new StoreUnavailableError("away", { cause: new Error("nobody listens there") });
    return "store";
  };
  const logged: string[] = [];
  const logger = pino({}, { write: (line) => void logged.push(line) });
  const opening = openWhileWaiting(open, { host, port }, logger, ({ code }) => ({ code }));
  await vi.waitFor(async () => expect((await fetch(`${url}/healthz`)).status).toBe(200), waits);
  const ready = await fetch(`${url}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { status: "unavailable", store: "down", bus: "ok" },
  ]);
  const refused = await fetch(`${url}/api/agents`);
  expect([refused.status, await refused.json()]).toEqual([503, { code: "SERVICE_UNAVAILABLE" }]);
  expect(refused.headers.get("Retry-After")).toBe("1");
  expect(logged.join("")).toContain("nobody listens there");
  isThere = true;
  expect(await opening).toBe("store");
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});

it("a failure that waiting does not mend is not waited for", async () => {
  const open = async () => {
    throw new Error("made by a newer version");
  };
  const opening = openWhileWaiting(open, { host, port: 0 }, pino({ level: "silent" }), () => ({}));
  await expect(opening).rejects.toThrow("made by a newer version");
});
