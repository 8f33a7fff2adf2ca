import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createTestDatabase } from "../../cluster/setup/test-database.js";
import { cannotRunCluster } from "../../cluster/setup/what-is-missing.js";
import { until } from "../../setup/test-server.js";
import { createSession, restWire } from "../../setup/wires.js";
import { spawnServer } from "../server-process.js";

const skipsPostgres = await cannotRunCluster();

const openDatabase = {
  SQLite: async () => {
    const folder = await mkdtemp(join(tmpdir(), "adjourn-"));
    const remove = () => rm(folder, { recursive: true, force: true });
    return { url: `file:${join(folder, "adjourn.db")}`, [Symbol.asyncDispose]: remove };
  },
  Postgres: createTestDatabase,
};

describe.each(["SQLite", "Postgres"] as const)("with %s", (name) => {
  test.skipIf(name === "Postgres" && skipsPostgres)(
    "what was answered before a kill -9 and not indexed yet is found after the restart",
    async () => {
      await using database = await openDatabase[name]();
      const words: string[] = [];
      {
        await using server = spawnServer("source", database.url);
        const wire = restWire(await server.listening);
        // Sent at once, and killed at the last answer: at most some of it is indexed by then.
        const sends = Array.from({ length: 20 }, async (_, i) => {
          const word = `word${i}`;
          const { sessionId } = await createSession(wire, { metadata: { note: `meta${word}` } });
          await wire.call("sendSessionMessage", { sessionId, content: `say ${word}` });
          if (i % 2) await wire.call("endSession", { sessionId });
          words.push(`meta${word} ${word} say`);
        });
        await Promise.all(sends);
      }
      await using server = spawnServer("source", database.url);
      const wire = restWire(await server.listening);
      for (const q of words) {
        const count = async () => {
          const [live, ended] = [
            await wire.call("listSessions", { q }),
            await wire.call("listEndings", { q }),
          ];
          return (live.body.sessions as unknown[]).length + (ended.body.endings as unknown[]).length;
        };
        await until(async () => (await count()) > 0, 10_000);
        expect(await count()).toBe(1);
      }
    },
    120_000,
  );
});
