import { appRouter, createCredentials } from "@adjourn/router";
import { deriveKeys } from "@adjourn/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Endpoint, endpoints, type Place } from "../../setup/endpoints.js";
import { adminKey, echoId, serviceKey, startTestServer, type TestServer } from "../../setup/test-server.js";
import { createSession, restWire, type Wire } from "../../setup/wires.js";

/** Who may call what, as the contract's §6 has it: own, other's and ended session's token in the last three. */
type Row = readonly [admin: number, service: number, own: number, other: number, ended: number];

const ofSession: Row = [200, 200, 200, 403, 404];
const ofBackends: Row = [200, 200, 403, 403, 403];
const ofAdmins: Row = [200, 403, 403, 403, 403];

interface Target {
  readonly sessionId: string;
  readonly channelId: string;
  readonly userId: string;
}

interface Call {
  readonly row: Row;
  readonly input?: (target: Target) => Record<string, unknown>;
  /** Whether the target's session must be over before it. */
  readonly afterEnd?: boolean;
}

const named = ({ sessionId }: Target) => ({ sessionId });
const filtered = { agentId: echoId, dryRun: true };

const walk: Readonly<Record<string, readonly Call[]>> = {
  createSession: [{ row: ofBackends, input: ({ userId }) => ({ agentId: echoId, userId }) }],
  listSessions: [
    { row: ofAdmins },
    { row: ofAdmins, input: () => ({ agentId: echoId }) },
    { row: ofBackends, input: ({ userId }) => ({ userId }) },
  ],
  getSessionsHealth: [{ row: ofBackends }],
  getSession: [{ row: ofSession, input: named }],
  endSession: [{ row: ofSession, input: named }],
  renewSession: [{ row: ofSession, input: named }],
  updateSessionTimeout: [{ row: ofBackends, input: (target) => ({ ...named(target), timeoutMinutes: 60 }) }],
  sessionHeartbeat: [{ row: ofSession, input: named }],
  sendSessionMessage: [{ row: ofSession, input: (target) => ({ ...named(target), content: "hello" }) }],
  // A caller with access gets 404, because no such reply is in flight.
  cancelReply: [
    { row: [404, 404, 404, 403, 404], input: (target) => ({ ...named(target), messageId: "no-such-reply" }) },
  ],
  getSessionMessages: [{ row: ofSession, input: named }],
  sessionEvents: [{ row: ofSession, input: named }],
  getChannelMessages: [{ row: ofBackends, input: ({ channelId }) => ({ channelId }) }],
  eraseChannel: [{ row: ofAdmins, input: ({ channelId }) => ({ channelId }), afterEnd: true }],
  eraseUser: [{ row: ofAdmins, input: ({ userId }) => ({ userId }), afterEnd: true }],
  listEndings: [{ row: ofAdmins }],
  getEnding: [{ row: ofBackends, input: named, afterEnd: true }],
  getStatistics: [{ row: ofAdmins, input: () => ({ from: new Date(Date.now() - 60_000).toISOString() }) }],
  endSessions: [
    { row: ofAdmins, input: () => filtered },
    { row: ofBackends, input: ({ userId }) => ({ ...filtered, userId }) },
    { row: ofBackends, input: ({ sessionId }) => ({ ...filtered, sessionIds: [sessionId] }) },
  ],
  blockUser: [{ row: ofAdmins, input: ({ userId }) => ({ userId }) }],
  // After the block of the admin's own walk.
  unblockUser: [{ row: ofAdmins, input: ({ userId }) => ({ userId }) }],
  listBlocks: [{ row: ofAdmins }],
  issueTicket: [{ row: [200, 200, 200, 200, 404] }],
  listAgents: [{ row: ofBackends }],
  listWebhookDeliveries: [{ row: ofAdmins }],
  // An admin gets 404, because there is no such delivery.
  resendWebhook: [{ row: [404, 403, 403, 403, 403], input: () => ({ id: "no-such-delivery" }) }],
  adminEvents: [{ row: ofAdmins }],
};

const roles = ["admin", "service", "own", "other", "ended"] as const;
type Role = (typeof roles)[number];

const secret = "signs what the server and this test give out";
const env = {
  SOCKET_IO: "on",
  ADJOURN_SECRET: secret,
  ADJOURN_ADMIN_KEY: `root:${adminKey}`,
  ADJOURN_SERVICE_KEY: `shop:${serviceKey}`,
};

let server: TestServer;
let admin: Wire;
beforeAll(async () => {
  server = await startTestServer(env);
  admin = restWire(server.url, { key: adminKey });
});
afterAll(() => server?.[Symbol.asyncDispose]());

const newTarget = async (): Promise<Target & { readonly token: string }> => {
  const userId = crypto.randomUUID();
  return { ...(await createSession(admin, { userId })), userId };
};

const end = (sessionId: string) => admin.call("endSession", { sessionId });

const ticketFor = async (key: string): Promise<string> =>
  String((await restWire(server.url, { key }).call("issueTicket")).body.ticket);

/** A session, and what this role has to show for it. */
const prepare = async (role: Role, as: "itself" | "ticket") => {
  const target = await newTarget();
  const bearer = async () => {
    if (role === "admin") return adminKey;
    if (role === "service") return serviceKey;
    return role === "other" ? (await newTarget()).token : target.token;
  };
  const credential = as === "itself" ? await bearer() : await ticketFor(await bearer());
  if (role === "ended") await end(target.sessionId);
  return { target, credential };
};

/** Only a ticket may stand in an address, where tRPC's SSE link puts `connectionParams` too. */
const isAddress = ({ endpoint }: Endpoint, place: Place) =>
  place === "address" || (place === "params" && endpoint === "tRPC over HTTP");

it("the walk covers every operation", () => {
  expect(Object.keys(walk).sort()).toEqual(Object.keys(appRouter._def.procedures).sort());
  for (const operation of Object.keys(walk))
    expect(
      endpoints.some(({ serves }) => serves(operation)),
      operation,
    ).toBe(true);
});

describe.each(
  endpoints.flatMap((endpoint) =>
    endpoint.places.map((place) => ({ endpoint, name: endpoint.endpoint, place })),
  ),
)("over $name, with it in $place", ({ endpoint, place }) => {
  const calls = Object.entries(walk)
    .filter(([operation]) => endpoint.serves(operation))
    .flatMap(([operation, entries]) => entries.map((call) => ({ operation, call })));

  it.each(roles.flatMap((role) => (["itself", "ticket"] as const).map((as) => ({ role, as }))))(
    "$role ($as) may call what the contract says and nothing else",
    async ({ role, as }) => {
      const column = roles.indexOf(role);
      const isRefused = as === "itself" && isAddress(endpoint, place);
      const { target, credential } = await prepare(role, as);
      for (const { operation, call } of calls) {
        // An operation that ends the session, or needs it ended, comes last.
        const isLast = operation === "endSession" || call.afterEnd;
        const own = isLast ? await prepare(role, as) : { target, credential };
        if (call.afterEnd) await end(own.target.sessionId);
        await using caller = await endpoint.open(server.url, own.credential, place);
        const status = await caller.status(operation, call.input?.(own.target) ?? {});
        // The token of a session that is over opens no tRPC socket, whatever would be asked on it.
        const isOver = role === "ended" || (role === "own" && call.afterEnd === true);
        const allowed = isOver && endpoint.endpoint === "tRPC over WebSocket" ? 404 : call.row[column];
        const expected = isRefused ? 401 : allowed;
        expect([operation, status === 201 ? 200 : status]).toEqual([operation, expected]);
      }
    },
  );

  it("no operation is allowed without a key, with a wrong one, or with an expired ticket", async () => {
    const target = await newTarget();
    const minute = 60_000;
    const earlier = createCredentials({
      adminKeys: [{ name: "root", key: adminKey }],
      serviceKeys: [{ name: "shop", key: serviceKey }],
      signingKeys: deriveKeys(secret),
      now: () => Date.now() - minute,
    });
    const { ticket } = await earlier.ticket({ role: "admin", name: "root" });
    for (const credential of [null, "no-such-key-anywhere", ticket]) {
      await using caller = await endpoint.open(server.url, credential, place);
      for (const { operation, call } of calls)
        expect([operation, await caller.status(operation, call.input?.(target) ?? {})]).toEqual([
          operation,
          401,
        ]);
    }
    expect((await admin.call("getSession", { sessionId: target.sessionId })).status).toBe(200);
  });
});

describe.each(endpoints.filter(({ serves }) => serves("endSession")))(
  "an ending over $endpoint",
  (endpoint) => {
    const endingOf = async (sessionId: string) => {
      const { endings } = (await admin.call("listEndings", { search: sessionId })).body;
      return (endings as Record<string, unknown>[])[0];
    };
    const places = endpoint.places.filter((place) => !isAddress(endpoint, place));

    it.each([
      { role: "admin", endedBy: "admin", actor: "root" },
      { role: "service", endedBy: "service", actor: "shop" },
      { role: "own", endedBy: "session", actor: null },
    ] as const)(
      "by $role says so, with the name of the key, whatever it was brought in",
      async ({ role, ...by }) => {
        for (const place of endpoint.places)
          for (const as of places.includes(place) ? (["itself", "ticket"] as const) : (["ticket"] as const)) {
            const { target, credential } = await prepare(role, as);
            await using caller = await endpoint.open(server.url, credential, place);
            expect(await caller.status("endSession", { sessionId: target.sessionId })).toBe(200);
            expect(await endingOf(target.sessionId)).toMatchObject({ ...by, cause: "requested" });
            if (role === "own") continue;
            const { sessionId } = await newTarget();
            expect(await caller.status("endSessions", { sessionIds: [sessionId] })).toBe(200);
            expect(await endingOf(sessionId)).toMatchObject({ ...by, cause: "bulk" });
          }
      },
    );

    it("is anonymous where no keys are configured, whatever credentials it has", async () => {
      await using open = await startTestServer();
      const wire = restWire(open.url);
      for (const [place, credential] of [
        ["bearer", null],
        ["bearer", adminKey],
      ] as const) {
        const { sessionId } = await createSession(wire);
        await using caller = await endpoint.open(open.url, credential, place);
        expect(await caller.status("endSession", { sessionId })).toBe(200);
        expect((await wire.call("listEndings", { search: sessionId })).body.endings).toMatchObject([
          { endedBy: "anonymous", actor: null },
        ]);
      }
    });
  },
);
