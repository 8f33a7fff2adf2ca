import "./disable-telemetry.mjs";
import { existsSync } from "node:fs";
import { loadEnvFile } from "node:process";
import { fileURLToPath } from "node:url";

// What is set already wins over the file, so `PORT=4000 npm start` means what it says.
const file = fileURLToPath(new URL("../../../.env", import.meta.url));
try {
  if (existsSync(file)) loadEnvFile(file);
} catch {
  // A folder, as container tools make one for a file that isn't there, or a file of somebody else's.
  console.error(`adjourn: .env can't be read; allowed: a file of lines such as PORT=4000, or none`);
  process.exit(1);
}
