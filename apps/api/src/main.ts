import module from "node:module";
import { fileURLToPath } from "node:url";

// Before the program is loaded, since Node reads the source maps of what is loaded later.
process.setSourceMapsEnabled(true);
// Node 22 and newer can keep compiled code between starts. Where the folder can't be written, nothing is kept.
const enableCompileCache: unknown = Reflect.get(module, "enableCompileCache");
if (typeof enableCompileCache === "function")
  enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/compile", import.meta.url)));

await import("./run-server.js");
