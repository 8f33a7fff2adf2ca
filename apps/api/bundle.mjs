import { build } from "rolldown";

/**
 * The program with its packages in a few files, which Node loads in half of the time that hundreds take. Packages that
 * find files of their own at run time stay outside. So do `main` and the drivers of Postgres and Redis, as chunks.
 */
await build({
  input: { main: "src/main.ts", env: "src/env.ts" },
  platform: "node",
  external: ["libsql", "pino-pretty", "pg-native"],
  resolve: { conditionNames: ["adjourn-source"] },
  output: {
    dir: "dist",
    format: "esm",
    chunkFileNames: "[name].js",
    sourcemap: true,
    // Names stay, since logs show them. Sources stay in the repository.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    sourcemapExcludeSources: true,
  },
  logLevel: "warn",
});
