import { afterEach, expect, test, vi } from "vitest";

const optionalPackages = ["@tanstack/react-query", "@trpc/tanstack-react-query", "react"];

afterEach(() => {
  for (const name of optionalPackages) vi.doUnmock(name);
  vi.resetModules();
});

test("the main entry loads where TanStack Query and React are not installed", async () => {
  for (const name of optionalPackages)
    vi.doMock(name, () => {
      throw new Error(`${name} is not installed`);
    });
  expect(await import("./index.js")).toHaveProperty("createClient");
  await expect(import("./tanstack-query.js")).rejects.toThrow();
});
