import { spawn } from "node:child_process";
import { once } from "node:events";
import { type IncomingMessage, METHODS, request } from "node:http";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Servers, startServers } from "../setup/start-servers";

/** `fetch` sets `Host` by itself. */
const ask = async (
  url: string,
  host: string,
  method = "GET",
  headers: Readonly<Record<string, string>> = {},
): Promise<IncomingMessage> => {
  const sent = request(url, { method, headers: { host, accept: "application/json", ...headers } }).end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  answer.resume();
  return answer;
};

const status = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).statusCode;

/** A script of the page, as its own HTML names it. */
const scriptOf = async (servers: Servers): Promise<string> => {
  const html = await (await fetch(`${servers.dashboard}/login`)).text();
  return /\/_next\/static\/[^"\\]+\.js/.exec(html)?.[0] ?? "/no-script-found";
};

const endpoints = async (servers: Servers) =>
  [
    ["/", "GET"],
    ["/sessions", "GET"],
    ["/icon.svg", "GET"],
    [await scriptOf(servers), "GET"],
    ["/api/trpc/listAgents", "GET"],
    ["/api/sign-in", "POST"],
    ["/api/sign-out", "POST"],
  ] as const;

describe("without keys the dashboard's server", { timeout: 60_000 }, () => {
  let servers: Servers;
  beforeAll(async () => {
    servers = await startServers();
  }, 60_000);
  afterAll(() => servers?.[Symbol.asyncDispose]());

  it("answers nothing to a name that is not loopback, which DNS may have led here", async () => {
    for (const host of ["evil.example", "127.0.0.1.evil.example:3001", "localhost.evil.example"])
      for (const [path, method] of await endpoints(servers))
        expect([path, await status(servers.dashboard + path, host, method)]).toEqual([path, 403]);
  });

  it("answers under each loopback name, whatever its port", async () => {
    for (const host of ["localhost", "LOCALHOST:1", "127.0.0.1:80", "127.8.8.8", "[::1]", "[::1]:3001"])
      for (const path of ["/", await scriptOf(servers), "/api/trpc/listAgents"])
        expect([path, host, await status(servers.dashboard + path, host)]).toEqual([path, host, 200]);
  });
});

describe("a request that can't be taken apart", { timeout: 60_000 }, () => {
  let servers: Servers;
  beforeAll(async () => {
    servers = await startServers();
  }, 60_000);
  afterAll(() => servers?.[Symbol.asyncDispose]());

  const paths = ["/", "/sessions/x", "/icon.svg", "/api/trpc/listAgents", "/api/sign-in", "/nowhere"];

  it("is never answered with a failure of the server, whatever its method", async () => {
    for (const path of paths)
      for (const method of METHODS.filter((name) => name !== "CONNECT")) {
        const answer = await ask(servers.dashboard + path, "localhost", method);
        expect(answer.statusCode, `${method} ${path}`).toBeLessThan(500);
      }
  });

  it("gets the list of methods that are served", async () => {
    for (const path of paths) {
      const { statusCode, headers } = await ask(servers.dashboard + path, "localhost", "TRACE");
      expect([path, statusCode, headers.allow]).toEqual([path, 405, "GET, HEAD, POST, OPTIONS"]);
    }
  });

  it("gets 400 for a malformed address", async () => {
    const bad = [
      "/sessions/%E0%A4%A",
      "//evil/",
      "/sessions/%",
      "/endings/%ff",
      "/api/trpc/%",
      "/%",
      "/_next/%E0%A4%A",
    ];
    for (const path of bad)
      for (const method of ["GET", "POST", "HEAD"])
        expect([path, method, await status(servers.dashboard + path, "localhost", method)]).toEqual([
          path,
          method,
          400,
        ]);
  });
});

describe("with keys the dashboard's server", { timeout: 60_000 }, () => {
  let servers: Servers;
  beforeAll(async () => {
    servers = await startServers({ ADJOURN_ADMIN_KEY: "an-admin-key-for-tests" });
  }, 60_000);
  afterAll(() => servers?.[Symbol.asyncDispose]());

  it("believes nobody who names an address for himself, so that guesses count", async () => {
    const guess = (index: number) =>
      fetch(`${servers.dashboard}/api/sign-in`, {
        method: "POST",
        headers: { accept: "application/json", "x-forwarded-for": `192.0.2.${index}` },
        body: "key=a-wrong-guess-of-a-key",
      });
    for (let index = 0; index < 10; index += 1) expect((await guess(index)).status).toBe(401);
    expect((await guess(10)).status).toBe(429);
  });

  it("answers under any name", async () => {
    expect(await status(`${servers.dashboard}/login`, "dashboard.example")).toBe(200);
    expect(await status(servers.dashboard + (await scriptOf(servers)), "dashboard.example")).toBe(200);
    expect(await status(`${servers.dashboard}/api/trpc/listAgents`, "dashboard.example")).toBe(401);
  });
});

describe("with DASHBOARD_URL and without keys the dashboard's server", { timeout: 60_000 }, () => {
  let servers: Servers;
  beforeAll(async () => {
    servers = await startServers({ DASHBOARD_URL: "https://adjourn.example.com" });
  }, 60_000);
  afterAll(() => servers?.[Symbol.asyncDispose]());

  it("answers under the names that it lists, and so does the API", async () => {
    for (const host of ["adjourn.example.com", "ADJOURN.example.com:443", "localhost"])
      for (const url of [
        `${servers.dashboard}/`,
        `${servers.dashboard}/api/trpc/listAgents`,
        `${servers.api}/api/agents`,
      ])
        expect([url, host, await status(url, host)]).toEqual([url, host, 200]);
    for (const url of [`${servers.dashboard}/`, `${servers.api}/api/agents`])
      expect(await status(url, "evil.example")).toBe(403);
  });

  it("does not believe a forwarded host of somebody who is no proxy", async () => {
    for (const path of ["/", "/api/trpc/listAgents"])
      expect(
        await status(servers.dashboard + path, "evil.example", "GET", { "x-forwarded-host": "localhost" }),
      ).toBe(403);
  });

  it("takes calls from its public origin, and none from another", async () => {
    const from = (origin: string) =>
      status(`${servers.dashboard}/api/trpc/listAgents`, "localhost", "GET", { origin });
    expect(await from("https://adjourn.example.com")).toBe(200);
    expect(await from("http://adjourn.example.com")).toBe(403);
    expect(await from("https://evil.example")).toBe(403);
  });
});

it.each(["../../dist/serve.js", "../../../api/dist/main.js"])(
  "off loopback and without keys %s does not start, and says so in one line",
  async (main) => {
    const program = spawn(process.execPath, [fileURLToPath(new URL(main, import.meta.url))], {
      env: {
        PATH: process.env.PATH,
        NODE_ENV: "production",
        DASHBOARD_HOST: "0.0.0.0",
        DATABASE_URL: "file:/nowhere/adjourn.db",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [program.stdout, program.stderr])
      stream.on("data", (chunk) => {
        said += chunk;
      });
    expect(await once(program, "close")).toEqual([1, null]);
    expect(said).toMatch(/^(adjourn: )?DASHBOARD_HOST .*a loopback address as long as .*\n$/);
  },
);

it("off loopback and with keys the dashboard is reached at any address of the machine", async () => {
  await using servers = await startServers({
    DASHBOARD_HOST: "0.0.0.0",
    ADJOURN_ADMIN_KEY: "an-admin-key-for-tests",
  });
  expect((await fetch(`${servers.dashboard.replace("127.0.0.1", "127.0.0.2")}/login`)).status).toBe(200);
}, 60_000);

it("a dashboard whose port is taken says so in one line", async () => {
  await using servers = await startServers();
  const second = spawn(process.execPath, [fileURLToPath(new URL("../../dist/serve.js", import.meta.url))], {
    env: { ...process.env, DASHBOARD_PORT: new URL(servers.dashboard).port },
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
