import { expect, it } from "vitest";
import { openHouse } from "./house";

const adminKey = "an-admin-key-for-tests";

it("a sign-in outlives a restart of the dashboard, without ADJOURN_SECRET", async () => {
  await using house = await openHouse({ ADJOURN_ADMIN_KEY: adminKey });
  const answer = await fetch(`${house.dashboard}/api/sign-in`, {
    method: "POST",
    headers: { accept: "application/json" },
    body: `key=${adminKey}`,
  });
  expect(answer.status).toBe(200);
  const [cookie = ""] = answer.headers.getSetCookie();
  expect(cookie).not.toContain(adminKey);
  const status = async () => {
    const headers = { cookie: cookie.split(";")[0] ?? "" };
    return (await fetch(`${house.dashboard}/api/trpc/listAgents`, { headers })).status;
  };
  expect(await status()).toBe(200);
  await house.restartDashboard();
  expect(await status()).toBe(200);
  expect(house.log()).not.toContain("sign in again");
}, 90_000);
