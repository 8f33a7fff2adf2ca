import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { pack } from "../checks/packages/packed.js";
import { temporaryRepo } from "../checks/temporary-repo.js";
import { startTemporaryServer } from "./temporary-server.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the packed program runs outside by `npm exec --package`, and asks no registry for anything", async () => {
  using packed = pack(join(root, "apps/cli"));
  using elsewhere = temporaryRepo({});
  await using server = await startTemporaryServer();
  const { stdout } = await promisify(execFile)(
    "npm",
    ["exec", "--yes", "--offline", `--package=${packed.tarball}`, "--", "adjourn", "list", "--json"],
    // With a cache of its own, in which no package of anybody is.
    {
      cwd: elsewhere.root,
      env: {
        PATH: process.env.PATH,
        npm_config_cache: join(elsewhere.root, "cache"),
        ADJOURN_URL: server.url,
      },
    },
  );
  expect(JSON.parse(stdout)).toMatchObject({ sessions: [], total: 0 });
}, 60_000);
