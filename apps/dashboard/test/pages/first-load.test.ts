import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createCalls } from "../setup/session-calls";
import { useServers } from "../setup/use-dashboard";

const budgetBytes = 180 * 1_024;

/** The scripts that a page names in its first answer. Older browsers load one more, which is marked `noModule`. */
const scriptsOf = (html: string): readonly string[] => [
  ...new Set(
    [...html.matchAll(/<script\b[^>]*>/g)]
      .map(([tag]) => tag)
      .filter((tag) => !/\bnomodule\b/i.test(tag))
      .flatMap((tag) => /\bsrc="([^"]+)"/.exec(tag)?.[1] ?? []),
  ),
];

describe("the script of a page's first load", { timeout: 90_000 }, () => {
  const open = useServers();
  const closed = useServers({ ADJOURN_ADMIN_KEY: "an-admin-key-for-tests" });

  const gzippedBytes = async (origin: string, path: string): Promise<number> => {
    const html = await (await fetch(origin + path)).text();
    const scripts = scriptsOf(html);
    expect(scripts.length, path).toBeGreaterThan(0);
    const sizes = scripts.map(async (src) => {
      const response = await fetch(origin + src);
      expect(response.status, src).toBe(200);
      return gzipSync(await response.bytes()).length;
    });
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  };

  it("has at most 180 KB gzipped, on every page", async () => {
    const { sessionId } = await createCalls(open.api).create();
    const sizes: Record<string, number> = {};
    for (const path of [
      "/",
      "/sessions",
      `/sessions/${sessionId}`,
      "/endings",
      "/blocks",
      "/agents",
      "/webhooks",
      "/nowhere",
    ])
      sizes[path.replace(sessionId, "{id}")] = await gzippedBytes(open.dashboard, path);
    sizes["/login"] = await gzippedBytes(closed.dashboard, "/login");
    const tooBig = Object.entries(sizes).filter(([, bytes]) => bytes > budgetBytes);
    expect(Object.fromEntries(tooBig), `all: ${JSON.stringify(sizes)}`).toEqual({});
  });
});
