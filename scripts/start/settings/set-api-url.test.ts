import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const preload = fileURLToPath(new URL("./set-api-url.mjs", import.meta.url));

const apiUrl = (env: NodeJS.ProcessEnv): string => {
  const args = ["--import", preload, "-e", "console.log(process.env.API_URL)"];
  return spawnSync(process.execPath, args, { env, encoding: "utf8" }).stdout.trim();
};

test.each([
  [{}, "http://127.0.0.1:3000"],
  [{ PORT: "4000" }, "http://127.0.0.1:4000"],
  [{ HOST: "0.0.0.0", PORT: "4000" }, "http://127.0.0.1:4000"],
  [{ HOST: "::" }, "http://[::1]:3000"],
  [{ HOST: "::1", PORT: "4000" }, "http://[::1]:4000"],
  [{ PORT: "4000", API_URL: "https://api.example" }, "https://api.example"],
  [{ PORT: "abc" }, "undefined"],
])("with %j the dashboard finds the API at %s", (env, address) => {
  expect(apiUrl(env)).toBe(address);
});
