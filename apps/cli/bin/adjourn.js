#!/usr/bin/env node
// Stands here before anything is built, so that an install can link it. A tarball has the bundle alone.
import { existsSync } from "node:fs";

const places = ["../dist/main.js", "../dist/bundle/adjourn.js"].map((path) => new URL(path, import.meta.url));
const program = places.find((place) => existsSync(place));
if (program) await import(program.href);
else {
  console.error("adjourn is not built yet: `npm run build` builds it.");
  process.exitCode = 2;
}
