import { spawn } from "node:child_process";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type House, openHouse } from "./house";

/** `fetch` sets `Host` by itself. */
const ask = async (url: string, host: string, method = "GET"): Promise<IncomingMessage> => {
  const sent = request(url, { method, headers: { host, accept: "application/json" } }).end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  answer.resume();
  return answer;
};

const status = async (url: string, host: string, method?: string) =>
  (await ask(url, host, method)).statusCode;

/** A script of the page, as its own HTML names it. */
const scriptOf = async (house: House): Promise<string> => {
  const html = await (await fetch(`${house.dashboard}/login`)).text();
  return /\/_next\/static\/[^"\\]+\.js/.exec(html)?.[0] ?? "/no-script-found";
};

const doors = async (house: House) =>
  [
    ["/", "GET"],
    ["/sessions", "GET"],
    ["/icon.svg", "GET"],
    [await scriptOf(house), "GET"],
    ["/api/trpc/listAgents", "GET"],
    ["/api/sign-in", "POST"],
    ["/api/sign-out", "POST"],
  ] as const;

describe("without keys the dashboard's server", { timeout: 60_000 }, () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse();
  }, 60_000);
  afterAll(() => house?.[Symbol.asyncDispose]());

  it("answers nothing to a name that is not loopback, which DNS may have led here", async () => {
    for (const host of ["evil.example", "127.0.0.1.evil.example:3001", "localhost.evil.example"])
      for (const [path, method] of await doors(house))
        expect([path, await status(house.dashboard + path, host, method)]).toEqual([path, 403]);
  });

  it("answers under each loopback name, whatever its port", async () => {
    for (const host of ["localhost", "LOCALHOST:1", "127.0.0.1:80", "127.8.8.8", "[::1]", "[::1]:3001"])
      for (const path of ["/", await scriptOf(house), "/api/trpc/listAgents"])
        expect([path, host, await status(house.dashboard + path, host)]).toEqual([path, host, 200]);
  });
});

describe("with keys the dashboard's server", { timeout: 60_000 }, () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse({ ADJOURN_ADMIN_KEY: "an-admin-key-for-tests" });
  }, 60_000);
  afterAll(() => house?.[Symbol.asyncDispose]());

  it("answers under any name", async () => {
    expect(await status(`${house.dashboard}/login`, "dashboard.example")).toBe(200);
    expect(await status(house.dashboard + (await scriptOf(house)), "dashboard.example")).toBe(200);
    expect(await status(`${house.dashboard}/api/trpc/listAgents`, "dashboard.example")).toBe(401);
  });
});

it("a dashboard whose port is taken says so in one line", async () => {
  await using house = await openHouse();
  const second = spawn(process.execPath, [fileURLToPath(new URL("../dist/serve.js", import.meta.url))], {
    env: { ...process.env, DASHBOARD_PORT: new URL(house.dashboard).port },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [second.stdout, second.stderr])
    stream.on("data", (chunk) => {
      said += chunk;
    });
  expect(await once(second, "close")).toEqual([1, null]);
  expect(said).toMatch(/^DASHBOARD_PORT must be a free port .*EADDRINUSE.*\n$/);
}, 60_000);
