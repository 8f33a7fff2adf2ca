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
  const call = await fetch(`${url}/trpc/listAgents`);
  expect([call.status, await call.json()]).toMatchObject([
    503,
    { error: { data: { httpStatus: 503, path: "listAgents", session: { code: "SERVICE_UNAVAILABLE" } } } },
  ]);
  expect(logged.join("")).toContain("nobody listens there");
  isThere = true;
  expect(await opening).toBe("store");
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});

it("the process lives while its first attempt to open the store lasts", async () => {
  const port = await freePort();
  let finish = (_store: string) => {};
  const open = () => new Promise<string>((resolve) => (finish = resolve));
  const logger = pino({ level: "silent" });
  const opening = openWhileWaiting(open, { host, port }, logger, () => ({}));
  const statusOf = async (path: string) => (await fetch(`http://${host}:${port}${path}`)).status;
  await vi.waitFor(async () => expect(await statusOf("/healthz")).toBe(200), waits);
  expect(await statusOf("/readyz")).toBe(503);
  finish("store");
  expect(await opening).toBe("store");
});

it("a failure that waiting does not mend is not waited for", async () => {
  const open = async () => {
    throw new Error("made by a newer version");
  };
  const opening = openWhileWaiting(open, { host, port: 0 }, pino({ level: "silent" }), () => ({}));
  await expect(opening).rejects.toThrow("made by a newer version");
});
