import { request } from "node:http";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { adminKey, startTestServer, type TestServer } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ ADJOURN_ADMIN_KEY: adminKey });
  const wire = restWire(server.url, { key: adminKey });
  for (let index = 0; index < 20; index += 1) await createSession(wire, { metadata: { index } });
});
afterAll(() => server?.[Symbol.asyncDispose]());

/** The answer as it is on the wire. */
const ask = (path: string, encoding: string | null, method = "GET", body?: string) =>
  new Promise<{ headers: Record<string, unknown>; bytes: Buffer }>((resolve, reject) => {
    const headers = {
      "X-API-KEY": adminKey,
      ...(encoding === null ? {} : { "Accept-Encoding": encoding }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    };
    const asked = request(`${server.url}${path}`, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ headers: response.headers, bytes: Buffer.concat(chunks) }));
    });
    asked.on("error", reject);
    asked.end(body);
  });

const lists = [
  "/api/messaging/sessions",
  "/trpc/listSessions",
  "/trpc/listSessions,listEndings?batch=1&input=%7B%7D",
];

it.each(lists)("%s is compressed for clients that accept it, and equal otherwise", async (path) => {
  const plain = await ask(path, null);
  expect(plain.headers).toMatchObject({ vary: expect.stringMatching(/accept-encoding/i) });
  expect(plain.headers).not.toHaveProperty("content-encoding");
  const small = await ask(path, "br, gzip");
  expect(small.headers).toMatchObject({
    "content-encoding": "gzip",
    vary: plain.headers.vary,
    "content-type": plain.headers["content-type"],
    "cache-control": "no-store",
    "content-length": String(small.bytes.length),
    "x-content-type-options": "nosniff",
  });
  expect(small.bytes.length).toBeLessThan(plain.bytes.length / 3);
  const withoutTime = (bytes: Buffer) => bytes.toString().replace(/"timeRemaining":\d+/g, "");
  expect(withoutTime(gunzipSync(small.bytes))).toBe(withoutTime(plain.bytes));
});

it("a small answer, an answer with a secret, an error and a stream are not compressed", async () => {
  const body = JSON.stringify({
    agentId: "00000000-0000-4000-8000-000000000001",
    userId: "00000000-0000-4000-8000-0000000000aa",
    metadata: { text: "a".repeat(5_000) },
  });
  for (const answer of [
    await ask("/api/messaging/sessions?limit=1", "gzip"),
    await ask("/api/messaging/sessions", "gzip", "POST", body),
    await ask("/trpc/createSession", "gzip", "POST", body),
    await ask("/api/tickets", "gzip", "POST"),
    await ask(`/api/messaging/sessions?userId=${"x".repeat(3_000)}`, "gzip"),
    await ask("/api/messaging/endings/export", "gzip"),
  ])
    expect(answer.headers).not.toHaveProperty("content-encoding");
});
