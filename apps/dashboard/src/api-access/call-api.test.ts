import { once } from "node:events";
import { createServer } from "node:http";
import { afterEach, expect, it, vi } from "vitest";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

it("still knows that keys are in use while the API does not answer, and learns when they are not", async () => {
  let status = 401;
  const api = createServer((_, response) => response.writeHead(status).end());
  api.listen(0, "127.0.0.1");
  await once(api, "listening");
  const address = api.address();
  vi.stubEnv("API_URL", `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`);
  vi.useFakeTimers({ toFake: ["Date"] });
  const { keysInUse } = await import("./call-api");
  try {
    expect(await keysInUse()).toBe(true);
    vi.setSystemTime(Date.now() + 60_000);
    status = 503;
    expect(await keysInUse()).toBe(true);
    status = 200;
    expect(await keysInUse()).toBe(false);
  } finally {
    api.closeAllConnections();
    api.close();
  }
});
