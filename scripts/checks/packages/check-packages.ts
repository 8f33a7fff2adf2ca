import "../../start/no-arguments.mjs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkBundle } from "./check-bundle.js";
import { checkFiles, checkTypes, lintTarball } from "./check-tarball.js";
import { pack } from "./packed.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));

const checkClient = async () => {
  using packed = pack(join(root, "packages/client"));
  return [
    ...checkFiles(packed, /^dist\/.*(\.js|\.d\.ts)$/),
    ...(await lintTarball(packed)),
    ...(await checkTypes(packed)),
    ...(await checkBundle(root)),
  ];
};

const checkServer = async () => {
  using packed = pack(join(root, "packages/server"));
  return [
    ...checkFiles(packed, /^dist\/([\w-]+\.js|types\/.+\.d\.ts)$/),
    ...(await lintTarball(packed)),
    ...(await checkTypes(packed)),
  ];
};

/** A program: it has no types. */
const checkCli = async () => {
  using packed = pack(join(root, "apps/cli"));
  return [...checkFiles(packed, /^(bin|dist\/bundle)\/.*\.js$/), ...(await lintTarball(packed))];
};

const checks = { "@adjourn/client": checkClient, "@adjourn/server": checkServer, "@adjourn/cli": checkCli };
for (const [name, check] of Object.entries(checks)) {
  const findings = await check();
  for (const finding of findings) console.error(finding);
  console.log(`package ${name}: ${findings.length === 0 ? "fine" : `${findings.length} found`}`);
  if (findings.length > 0) process.exitCode = 1;
}
