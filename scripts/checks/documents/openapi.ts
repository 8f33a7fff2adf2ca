import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createOpenapiDocument } from "@adjourn/router";
import { flag, readArguments } from "../../read-arguments.mjs";

const { options } = readArguments({ options: { write: flag } });

/** Writes `docs/openapi.json` with `--write`; without, says whether it is still what the server serves. */
const file = new URL("../../../docs/openapi.json", import.meta.url);
const current = `${JSON.stringify(createOpenapiDocument({ dialect: "documented" }), null, 2)}\n`;

if (options.write) writeFileSync(file, current);
else if (!existsSync(file) || readFileSync(file, "utf8") !== current) {
  console.error("docs/openapi.json is not what the server serves: run npm run openapi");
  process.exitCode = 1;
} else console.log("openapi: fine");
