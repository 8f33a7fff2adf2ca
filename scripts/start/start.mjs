import { fileURLToPath } from "node:url";
import { requireNode } from "./build/node-version.mjs";

requireNode();
await import("./no-arguments.mjs");
await import("./settings/load-env.mjs");
const { apiAddress } = await import("./settings/api-address.mjs");
const { portProblem, tryPort } = await import("./settings/ports.mjs");
const { prepare, StepFailed } = await import("./build/prepare.mjs");
const { runTogether } = await import("./processes/run-together.mjs");
const { settingProblem } = await import("./settings/setting-problem.mjs");

const root = fileURLToPath(new URL("../..", import.meta.url));
const host = process.env.HOST ?? "127.0.0.1";
const dashboardHost = process.env.DASHBOARD_HOST ?? "127.0.0.1";
const dashboardPort = process.env.DASHBOARD_PORT ?? "3001";
const dashboard = apiAddress(dashboardHost, dashboardPort);

/** @param {string} problem */
const giveUp = (problem) => {
  console.error(problem);
  process.exit(1);
};

const checkPorts = async () => {
  const port = process.env.PORT ?? "3000";
  if (port === dashboardPort)
    giveUp(`PORT and DASHBOARD_PORT are both ${port}: set one of them to another port.`);
  const problem =
    (await portProblem("PORT", port, host)) ??
    (await portProblem("DASHBOARD_PORT", dashboardPort, dashboardHost));
  if (problem !== null) giveUp(problem);
  return port === "0" ? String(await tryPort(0, host)) : port;
};

/** @param {string} api */
const welcome = (api) => {
  const key =
    process.env.ADJOURN_ADMIN_KEY || process.env.ADJOURN_SERVICE_KEY ? ' -H "X-API-KEY: <a key>"' : "";
  console.log(`
Adjourn is up.

  API        ${api}  (reference: ${api}/docs)
  Dashboard  ${dashboard}

Begin a session, and end it:

  id=$(curl -s ${api}/api/messaging/sessions${key} -H "Content-Type: application/json" \\
    -d '{"agentId": "00000000-0000-4000-8000-000000000001", "userId": "11111111-1111-4111-8111-111111111111"}' \\
    | sed 's/.*"sessionId":"\\([^"]*\\)".*/\\1/')
  curl -X DELETE ${api}/api/messaging/sessions/$id${key}

Ctrl-C stops both.
`);
};

const port = await checkPorts();
const api = apiAddress(host, port);
try {
  await prepare(root);
} catch (error) {
  giveUp(error instanceof StepFailed ? error.message : String(error));
}
const env = { ...process.env, NODE_ENV: "production", PORT: port };
const wrong = await settingProblem(root, env);
if (wrong !== null) giveUp(wrong);
const drainSeconds = Number(process.env.DRAIN_DELAY_SECONDS || 0) + Number(process.env.DRAIN_SECONDS || 30);
const { ok, problem } = await runTogether(
  [
    { name: "The API", file: `${root}apps/api/dist/main.js`, env, address: `${api}/readyz` },
    {
      name: "The dashboard",
      file: `${root}apps/dashboard/dist/serve.js`,
      env: { API_URL: api, ...env },
      address: `${dashboard}/`,
    },
  ],
  { graceMs: (drainSeconds + 10) * 1_000, onReady: () => welcome(api) },
);
if (problem !== null) console.error(problem);
if (!ok) process.exitCode = 1;
