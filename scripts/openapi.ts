import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createOpenapiDocument } from "@adjourn/router";

/** Writes `docs/openapi.json` with `--write`; without, says whether it is still what the server serves. */
const file = new URL("../docs/openapi.json", import.meta.url);
const current = `${JSON.stringify(createOpenapiDocument({ dialect: "documented" }), null, 2)}\n`;

if (process.argv.includes("--write")) writeFileSync(file, current);
else if (!existsSync(file) || readFileSync(file, "utf8") !== current) {
  console.error("docs/openapi.json is not what the server serves: run npm run openapi");
  process.exitCode = 1;
} else console.log("openapi: fine");
