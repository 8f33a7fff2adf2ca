import { configDefaults, defineConfig } from "vitest/config";

/**
 * Tests that add network interfaces. Chromium cancels every request with ERR_NETWORK_CHANGED when one appears, so these run
 * before all others.
 */
const interfaceTests = ["apps/api/test/reliability/connections/vanished-peers.test.ts"];

export default defineConfig({
  // Tests read the packages' sources, so a change needs no build to be seen. The condition has a name of our own,
  // since packages of others offer "source" too, and theirs Node can't load.
  resolve: { conditions: ["adjourn-source"] },
  // Without "module", which Node itself does not know: it would load files that are meant for bundlers.
  ssr: { resolve: { conditions: ["adjourn-source", "node"] } },
  test: {
    // Real servers, databases and browsers: a process each, and no more of them than a small machine carries.
    pool: "forks",
    maxWorkers: 2,
    // Chance is for `npm run fuzz`; here a failure is one that the same code gives again.
    provide: { draws: { seed: 1, fuzz: null } },
    testTimeout: 30_000,
    // A condition is awaited for as long as its test may take; one that holds is seen at once.
    expect: { poll: { timeout: 25_000, interval: 10 } },
    hookTimeout: 30_000,
    typecheck: {
      enabled: true,
      include: ["packages/*/src/**/*.test-d.ts"],
      tsconfig: "tsconfig.test.json",
      // A type error elsewhere is reported by `npm run check`.
      ignoreSourceErrors: true,
    },
    projects: [
      {
        extends: true,
        test: {
          name: "interfaces",
          include: interfaceTests,
          typecheck: { enabled: false },
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "all",
          include: [
            "packages/*/{src,test}/**/*.test.ts",
            "apps/*/{src,test}/**/*.test.ts",
            "scripts/**/*.test.ts",
          ],
          exclude: [...configDefaults.exclude, ...interfaceTests],
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
