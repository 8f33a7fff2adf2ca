import { expect, it } from "vitest";
import { startServers } from "../setup/start-servers";

const adminKey = "an-admin-key-for-tests";

it("a sign-in outlives a restart of the dashboard, without ADJOURN_SECRET", async () => {
  await using servers = await startServers({ ADJOURN_ADMIN_KEY: adminKey });
  const answer = await fetch(`${servers.dashboard}/api/sign-in`, {
    method: "POST",
    headers: { accept: "application/json" },
    body: `key=${adminKey}`,
  });
  expect(answer.status).toBe(200);
  const [cookie = ""] = answer.headers.getSetCookie();
  expect(cookie).not.toContain(adminKey);
  const status = async () => {
    const headers = { cookie: cookie.split(";")[0] ?? "" };
    return (await fetch(`${servers.dashboard}/api/trpc/listAgents`, { headers })).status;
  };
  expect(await status()).toBe(200);
  await servers.restartDashboard();
  expect(await status()).toBe(200);
  expect(servers.log()).not.toContain("sign in again");
}, 90_000);
