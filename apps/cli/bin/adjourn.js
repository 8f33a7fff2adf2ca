#!/usr/bin/env node
// Stands here before anything is built, so that an install can link it.
import { existsSync } from "node:fs";

const program = new URL("../dist/main.js", import.meta.url);
if (existsSync(program)) await import(program.href);
else {
  console.error("adjourn is not built yet: `npm run build` builds it.");
  process.exitCode = 2;
}
