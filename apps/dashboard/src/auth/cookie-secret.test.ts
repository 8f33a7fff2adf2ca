import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keptSecret } from "./cookie-secret";

describe("the secret that the dashboard keeps", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "adjourn-dashboard-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is random, the same after a restart, and for this user's eyes alone", () => {
    const file = join(folder, "data", "dashboard-secret");
    const secret = keptSecret(file);
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(keptSecret(file)).toBe(secret);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "data")).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(folder, "data"))).toEqual(["dashboard-secret"]);
    expect(keptSecret(join(folder, "other"))).not.toBe(secret);
  });

  it("is not replaced where the file holds none", () => {
    const file = join(folder, "dashboard-secret");
    writeFileSync(file, "short");
    expect(() => keptSecret(file)).toThrow("delete it");
  });
});

describe("what seals the cookies", () => {
  const sealWith = async (given: Readonly<Record<string, string>>, cwd: string): Promise<string> => {
    vi.resetModules();
    Reflect.deleteProperty(globalThis, Symbol.for("adjourn.dashboard.cookie-secret"));
    for (const [name, value] of Object.entries(given)) vi.stubEnv(name, value);
    vi.spyOn(process, "cwd").mockReturnValue(cwd);
    try {
      return (await import("./cookie-secret")).cookieSecret();
    } finally {
      vi.unstubAllEnvs();
      vi.restoreAllMocks();
    }
  };

  it("is the same wherever ADJOURN_SECRET is, else wherever the folder is, and has nothing of the key", async () => {
    const [here, there] = [1, 2].map(() => mkdtempSync(join(tmpdir(), "adjourn-dashboard-")));
    if (!here || !there) throw new Error("no folders");
    try {
      const secret = "s".repeat(32);
      const shared = await sealWith({ ADJOURN_SECRET: secret }, here);
      expect(await sealWith({ ADJOURN_SECRET: secret }, there)).toBe(shared);
      expect(readdirSync(here)).toEqual([]);
      const key = { ADJOURN_ADMIN_KEY: "an-admin-key-for-tests" };
      const kept = await sealWith(key, here);
      expect(await sealWith({ ADJOURN_ADMIN_KEY: "another-key-for-tests" }, here)).toBe(kept);
      expect(await sealWith(key, there)).not.toBe(kept);
    } finally {
      for (const folder of [here, there]) rmSync(folder, { recursive: true, force: true });
    }
  });
});
