import { expect, test } from "vitest";
import type { Setting } from "./setup.js";

export const describeSecret = (setting: () => Setting): void => {
  test("is the first that a node proposed, for all nodes and permanently", async () => {
    const { store, other } = setting();
    expect(await store.readOrCreateSecret("first")).toBe("first");
    expect(await other.readOrCreateSecret("second")).toBe("first");
    expect(await store.readOrCreateSecret("third")).toBe("first");
  });

  test("is one of the values that nodes propose concurrently, the same for all", async () => {
    const { store, other } = setting();
    const offered = Array.from({ length: 20 }, (_, index) => `secret-${index}`);
    const kept = await Promise.all(
      offered.map((secret, index) => (index % 2 === 0 ? store : other).readOrCreateSecret(secret)),
    );
    expect(new Set(kept).size).toBe(1);
    expect(offered).toContain(kept[0]);
  });
};
