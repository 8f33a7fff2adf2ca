/** Makes one file of the built program and all that it needs, so that its tarball asks no registry for anything. */
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const file = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const bundle = await rolldown({ input: file("../dist/main.js"), platform: "node" });
await bundle.write({ file: file("../dist/bundle/adjourn.js"), format: "esm", codeSplitting: false });
