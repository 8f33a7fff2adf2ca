import { describe, expect, it } from "vitest";
import { adminKey, startTestServer } from "../../setup/test-server.js";
import { endpoints, send } from "../http/http-endpoints.js";

/** What a browser sends for an image in a page of another site. */
const image = { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image" };

describe.each([
  { keys: "without keys", env: {}, key: undefined },
  { keys: "with keys", env: { ADJOURN_ADMIN_KEY: adminKey }, key: adminKey },
])("$keys", ({ env, key }) => {
  const auth: Record<string, string> = key === undefined ? {} : { "X-API-KEY": key };

  it.each([
    ["an image of a foreign site", image],
    ["an image of another port of this machine", { ...image, "Sec-Fetch-Site": "same-site" }],
    ["an image whose page is named", { ...image, Referer: "http://localhost:1/page" }],
    ["a script", { ...image, "Sec-Fetch-Dest": "script" }],
    ["a frame", { ...image, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe" }],
  ])("%s, which has no Origin, is refused at every endpoint", async (_, embed) => {
    await using server = await startTestServer(env);
    for (const { path, headers } of await endpoints(server, key)) {
      const { status, body } = await send(server, path, { ...headers, ...auth, ...embed });
      expect([path, status]).toEqual([path, 403]);
      expect(body).toContain('"FORBIDDEN"');
    }
  });

  it("links from anywhere, the server's own pages and those of allowed origins are served without an Origin", async () => {
    await using server = await startTestServer({ ...env, ALLOWED_ORIGINS: "https://app.example" });
    const link = {
      "Sec-Fetch-Site": "cross-site",
      "Sec-Fetch-Mode": "navigate",
      "Sec-Fetch-Dest": "document",
    };
    for (const headers of [
      link,
      { ...image, "Sec-Fetch-Site": "same-origin" },
      { ...image, "Sec-Fetch-Site": "none" },
      { ...image, "Sec-Fetch-Site": "same-site", Referer: "http://localhost:3001/" },
      { ...image, Referer: "https://app.example/page?query" },
    ])
      for (const path of ["/docs", "/api/agents"]) {
        const { status } = await send(server, path, { ...auth, ...headers });
        expect([path, headers, status]).toEqual([path, headers, 200]);
      }
  });
});

it("health is for every page", async () => {
  await using server = await startTestServer();
  for (const path of ["/healthz", "/readyz"]) expect((await send(server, path, image)).status).toBe(200);
});
