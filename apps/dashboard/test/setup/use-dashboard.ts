import type { BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { openBrowser } from "./browser";
import { createCalls } from "./session-calls";
import { type Servers, startServers } from "./start-servers";

/** What the tests of a suite use. Its members may be read in hooks and tests only, not while tests are collected. */
export interface Dashboard {
  readonly servers: Servers;
  readonly calls: ReturnType<typeof createCalls>;
  newPage(options?: BrowserContextOptions): ReturnType<Awaited<ReturnType<typeof openBrowser>>["newPage"]>;
}

type ServersEnv = Readonly<Record<string, string>> | (() => Promise<Readonly<Record<string, string>>>);

/** The servers alone, for tests without a browser. Its addresses may be read in hooks and tests only. */
export const useServers = (env: ServersEnv = {}): Pick<Servers, "api" | "dashboard"> => {
  let servers: Servers | undefined;
  beforeAll(async () => {
    servers = await startServers(typeof env === "function" ? await env() : env);
  }, 60_000);
  afterAll(async () => servers?.[Symbol.asyncDispose]());
  return {
    get api() {
      return started(servers).api;
    },
    get dashboard() {
      return started(servers).dashboard;
    },
  };
};

/** Starts the servers and a browser before the tests of the surrounding `describe`, and stops them after the last. */
export const useDashboard = (env: ServersEnv = {}): Dashboard => {
  let servers: Servers | undefined;
  let browser: Awaited<ReturnType<typeof openBrowser>> | undefined;
  beforeAll(async () => {
    servers = await startServers(typeof env === "function" ? await env() : env);
    browser = await openBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await servers?.[Symbol.asyncDispose]();
  });
  return {
    get servers() {
      return started(servers);
    },
    get calls() {
      return createCalls(started(servers).api);
    },
    newPage: (options) => started(browser).newPage(started(servers).dashboard, options),
  };
};

const started = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error("the dashboard has not been started yet");
  return value;
};
