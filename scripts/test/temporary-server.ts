import { join } from "node:path";
import { readSettings } from "@adjourn/api";
import { startServer } from "@adjourn/server";
import { temporaryRepo } from "../checks/temporary-repo.js";

/** A server on a free port with a database of its own. */
export const startTemporaryServer = async () => {
  const folder = temporaryRepo({});
  const DATABASE_URL = `file:${join(folder.root, "adjourn.db")}`;
  const server = await startServer(readSettings({ PORT: "0", LOG_LEVEL: "silent", DATABASE_URL }));
  const stop = async () => {
    await server.close(0);
    folder[Symbol.dispose]();
  };
  return { url: server.url, [Symbol.asyncDispose]: stop };
};
