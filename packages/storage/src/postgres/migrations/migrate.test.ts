import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { createTestSchema, findPostgres } from "../../../test/postgres.js";
import { expectMigrated } from "../../../test/version-2.js";
import { createPostgresSessionStore } from "../session-store.js";

const url = await findPostgres();
const fixture = new URL("../../../test/fixtures/version-2.sql", import.meta.url);

test.skipIf(url === null)("a database of the version before is migrated, and loses nothing", async () => {
  if (url === null) return;
  await using schema = await createTestSchema(url);
  await schema.sql.unsafe(await readFile(fixture, "utf8"));
  const settings = { url, clock: schema.clock, schema: schema.name, maxConnections: 2 };
  // Nodes that start together migrate it once.
  const [store, other] = await Promise.all([
    createPostgresSessionStore(settings),
    createPostgresSessionStore(settings),
  ]);
  expect(await other.readOrCreateSecret("another")).toBe("a secret of at least 32 characters");
  await expectMigrated(store, {
    live: "d08762fd-bdb0-4d63-ab46-9fd99666e1b4",
    liveChannel: "dab08735-c915-4196-95fa-b06aff34c9d4",
    ended: "5121396d-2c5b-4a30-b911-7c7985d55167",
    endedChannel: "8c66167f-c8e5-4108-8cbd-31589d62ab3e",
  });
  await store.close();
  await other.close();
});
