import { createHash, createHmac, hkdfSync } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTestDatabase } from "../cluster/setup/test-database.js";
import { cannotRunCluster } from "../cluster/setup/what-is-missing.js";
import { adminKey, serviceKey, startTestServer, type TestServer } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A JSON Web Token of ours, signed with a key of the caller's choice. */
const forge = (kind: "session" | "ticket", claims: Record<string, unknown>, key: string | Uint8Array) => {
  const head = encode({ alg: "HS256", typ: `adjourn-${kind}+jwt` });
  const signed = `${head}.${encode({ aud: `adjourn:${kind}`, ...claims })}`;
  return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
};

/** What someone who knows a key can make of it. */
const keysMadeOf = (key: string): readonly (string | Uint8Array)[] => {
  const materials = [key, `service:${key}`, `service:bot:${key}`];
  const labels = ["session tokens and tickets", "session tokens", "tickets", "events between nodes", ""];
  return materials.flatMap((material) => [
    material,
    createHash("sha256").update(material).digest(),
    ...labels.map((label) => new Uint8Array(hkdfSync("sha256", material, "adjourn", label, 32))),
  ]);
};

it("a service key's holder can't sign an admin's ticket, nor a token, with anything made of the key", async () => {
  await using server = await startTestServer({ ADJOURN_SERVICE_KEY: serviceKey });
  const { sessionId } = await createSession(restWire(server.url, { key: serviceKey }));
  const now = Date.now();
  const claims = { issuedAt: now, until: now + 60_000, principal: { role: "admin", name: null } };
  for (const key of keysMadeOf(serviceKey)) {
    const ticket = forge("ticket", claims, key);
    expect((await restWire(server.url, { ticket }).call("listEndings")).status).toBe(401);
    expect((await restWire(server.url, { key: ticket }).call("listEndings")).status).toBe(401);
    const token = forge("session", { sub: sessionId }, key);
    expect((await restWire(server.url, { key: token }).call("getSession", { sessionId })).status).toBe(401);
  }
});

it("a session's token outlives a restart, and a change of all keys; another database knows nothing of it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "adjourn-secret-"));
  const env = { DATABASE_URL: `file:${join(folder, "adjourn.db")}`, ADJOURN_ADMIN_KEY: adminKey };
  const statusOn = async (server: TestServer, token: string, sessionId: string) =>
    (await restWire(server.url, { key: token }).call("getSession", { sessionId })).status;
  try {
    const first = await startTestServer(env);
    const { token, sessionId } = await createSession(restWire(first.url, { key: adminKey }));
    expect(await statusOn(first, token, sessionId)).toBe(200);
    await first.close();
    await using again = await startTestServer({ ...env, ADJOURN_ADMIN_KEY: "another-admin-key-of-ours" });
    expect(await statusOn(again, token, sessionId)).toBe(200);
    await using elsewhere = await startTestServer({ ADJOURN_ADMIN_KEY: adminKey });
    expect(await statusOn(elsewhere, token, sessionId)).toBe(401);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it("ADJOURN_SECRET takes the place of the stored secret", async () => {
  const folder = await mkdtemp(join(tmpdir(), "adjourn-secret-"));
  const env = { DATABASE_URL: `file:${join(folder, "adjourn.db")}`, ADJOURN_ADMIN_KEY: adminKey };
  try {
    const stored = await startTestServer(env);
    const { token, sessionId } = await createSession(restWire(stored.url, { key: adminKey }));
    await stored.close();
    await using given = await startTestServer({ ...env, ADJOURN_SECRET: "a".repeat(32) });
    const wire = restWire(given.url, { key: token });
    expect((await wire.call("getSession", { sessionId })).status).toBe(401);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

describe.skipIf(await cannotRunCluster())("nodes on one Postgres", () => {
  it("that start at once share one secret, so each takes the others' tokens and tickets", async () => {
    await using database = await createTestDatabase();
    const env = { DATABASE_URL: database.url, ADJOURN_ADMIN_KEY: adminKey };
    const nodes = await Promise.all([1, 2, 3].map(() => startTestServer(env)));
    try {
      for (const { url } of nodes) {
        const wire = restWire(url, { key: adminKey });
        const { token, sessionId } = await createSession(wire);
        const { ticket } = (await wire.call("issueTicket")).body;
        for (const other of nodes) {
          const own = restWire(other.url, { key: token });
          expect((await own.call("getSession", { sessionId })).status).toBe(200);
          const admin = restWire(other.url, { ticket: String(ticket) });
          expect((await admin.call("listEndings")).status).toBe(200);
        }
      }
      expect(await database.sql`SELECT name FROM secrets`).toHaveLength(1);
    } finally {
      for (const node of nodes) await node[Symbol.asyncDispose]();
    }
  });
});
