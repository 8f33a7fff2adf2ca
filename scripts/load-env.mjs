import "./quiet.mjs";
import { existsSync } from "node:fs";
import { loadEnvFile } from "node:process";
import { fileURLToPath } from "node:url";

// What is set already wins over the file, so `PORT=4000 npm start` means what it says.
const file = fileURLToPath(new URL("../.env", import.meta.url));
if (existsSync(file)) loadEnvFile(file);
