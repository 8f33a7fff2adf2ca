import { systemCaller } from "@adjourn/sessions";
import { newMessageDraft, newSessionDraft } from "@adjourn/testkit";
import { describe, expect, test, vi } from "vitest";
import { createTestSchema, findPostgres } from "../../../test/postgres.js";
import { systemClock as clock } from "../../../test/system-clock.js";
import { createPostgresSessionStore } from "../session-store.js";

const url = await findPostgres();

describe.skipIf(url === null)("against a Postgres", () => {
  test("an erasure during which the user's last session ends reports the session, and erases nothing", async () => {
    await using schema = await createTestSchema(url ?? "");
    const { sql } = schema;
    const store = await createPostgresSessionStore({ url: url ?? "", clock, schema: schema.name });
    const draft = newSessionDraft();
    const { sessionId, channelId, userId } = draft;
    await store.createSession(draft, null);
    await store.appendMessage(newMessageDraft(sessionId));
    // The erasure stops behind its first write. It waits for no lock, since the store retries what waits too long for one.
    await sql.unsafe(`
      CREATE TABLE gate AS SELECT 'closed'; CREATE SEQUENCE arrivals;
      CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM nextval('arrivals');
        WHILE EXISTS (SELECT FROM gate) LOOP PERFORM pg_sleep(0.001); END LOOP;
        RETURN NULL; END $$;
      CREATE TRIGGER waits AFTER UPDATE ON channels FOR EACH STATEMENT EXECUTE FUNCTION wait_at_gate()`);

    const erased = store.eraseUser(userId);
    const hasArrived = async () => expect(await sql`SELECT FROM arrivals WHERE is_called`).toHaveLength(1);
    await vi.waitFor(hasArrived, { timeout: 10_000 });
    await store.endSession({ sessionId, reason: "why", caller: systemCaller, idempotencyKey: null });
    await sql`DELETE FROM gate`;

    expect(await erased).toEqual({ outcome: "in_use" });
    expect(await store.eraseUser(userId)).toEqual({ outcome: "erased", channels: 1 });
    expect(await store.listMessages({ channelId, limit: 1 })).toEqual({ outcome: "unknown_channel" });
    await store.close();
  });

  test.each(["channel", "user"] as const)(
    "the erasure of a %s that meets the renewal of a session at its expiry erases nothing",
    async (erased) => {
      await using schema = await createTestSchema(url ?? "");
      const { sql } = schema;
      const store = await createPostgresSessionStore({ url: url ?? "", clock, schema: schema.name });
      const draft = newSessionDraft({ metadata: { name: "Ada" } });
      const { sessionId, channelId, userId } = draft;
      await store.createSession(draft, null);
      await store.appendMessage(newMessageDraft(sessionId));
      await sql`UPDATE sessions SET expires_at = adjourn_now() - 1`;

      const renewal = await sql.reserve();
      // As one that began before the expiry and is not committed yet.
      await renewal`BEGIN`;
      await renewal`UPDATE sessions SET expires_at = adjourn_now() + 600000`;
      const [backend] = await renewal`SELECT pg_backend_pid() AS pid`;
      const erasing = erased === "channel" ? store.eraseChannel(channelId) : store.eraseUser(userId);
      const isWaiting = async () =>
        expect(
          await sql`SELECT FROM pg_stat_activity WHERE ${backend?.pid} = ANY (pg_blocking_pids(pid))`,
        ).toHaveLength(1);
      await vi.waitFor(isWaiting, { timeout: 10_000 });
      await renewal`COMMIT`;
      renewal.release();

      expect(await erasing).toEqual(erased === "channel" ? "in_use" : { outcome: "in_use" });
      expect(await store.readSession(sessionId)).toMatchObject({
        outcome: "live",
        session: { metadata: { name: "Ada" } },
      });
      expect(await store.appendMessage(newMessageDraft(sessionId))).toMatchObject({ outcome: "stored" });
      expect(await store.readMessagesAfter(channelId, 0, 10)).toHaveLength(2);
      await store.close();
    },
  );
});
