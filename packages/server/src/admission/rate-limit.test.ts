import { describe, expect, it } from "vitest";
import { createRateLimit } from "./rate-limit.js";

describe("requests a minute", () => {
  it("are counted by address", async () => {
    const limit = createRateLimit(2);
    await limit.consume("1.1.1.1", 2);
    await limit.consume("1.1.1.2");
    await expect(limit.consume("1.1.1.1")).rejects.toMatchObject({ code: "RATE_LIMITED" });
  });

  it("are those of one subscriber for a whole IPv6 /64, however it is written", async () => {
    const limit = createRateLimit(2);
    await limit.consume("2001:db8:1:2::1");
    await limit.consume("2001:db8:1:2:ffff:ffff:ffff:ffff");
    await expect(limit.consume("2001:db8:1:2:3::")).rejects.toMatchObject({ code: "RATE_LIMITED" });
    await limit.consume("2001:db8:1:3::1");
    await limit.consume("::1");
  });

  it("of zero are no limit", async () => {
    const limit = createRateLimit(0);
    for (let index = 0; index < 1_000; index += 1) await limit.consume("1.1.1.1");
  });

  it("say when to retry", async () => {
    const limit = createRateLimit(1);
    await limit.consume("1.1.1.1");
    const refused = await limit.consume("1.1.1.1").catch((error: unknown) => error);
    expect(refused).toMatchObject({ details: { retryAfterSeconds: expect.any(Number) } });
  });
});
