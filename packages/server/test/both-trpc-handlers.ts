import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from "node:http";
import type { AddressInfo } from "node:net";
import { createCredentials, parseRequestTarget, toRefusal } from "@adjourn/router";
import { type SessionService, StoreUnavailableError } from "@adjourn/sessions";
import { createTestService, scriptedAgentId, testUserId } from "@adjourn/testkit";
import { HttpResponse } from "../src/http/http-response.js";
import { createTrpcHttp } from "../src/http/trpc-http.js";

export const adminKey = "admin-key-0123456789";
export const serviceKey = "service-key-01234567";
const requestId = "00000000-0000-4000-8000-00000000000a";

/** What a request says. In its texts, `$session` and such stand for ids of the scene; `down` and `defect` are ids that fail. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | undefined;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** An answer without what differs from one scene to the next, or says how it travels. */
interface Seen extends Answer {
  readonly reported: readonly string[];
}

export interface Both {
  readonly direct: Seen;
  /** Whether it was not tRPC's handler that gave `direct`. */
  readonly isDirect: boolean;
  readonly stock: Seen;
}

export interface BothHandlers extends AsyncDisposable {
  /** Sends a request twice: as it is, and with a parameter that changes nothing but leaves it to tRPC's own handler. */
  ask(sent: Sent): Promise<Both>;
}

/** Serves tRPC over HTTP on a port of its own, over a new domain for each request. */
export const startBothHandlers = async (): Promise<BothHandlers> => {
  let scene = await setScene();
  const agent = new Agent({ keepAlive: true });
  const server = createServer<typeof IncomingMessage, typeof HttpResponse>(
    { ServerResponse: HttpResponse },
    (request, response) => {
      response.requestId = requestId;
      const target = parseRequestTarget(request.url);
      if (target) void scene.trpc(request, response, target, requestId);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  const askOnce = async (sent: Sent) => {
    scene = await setScene();
    const answer = await send({ port, agent }, scene.fill(sent));
    await scene.close();
    const headers = Object.entries(answer.headers).filter(([name]) => !travelling.includes(name));
    const seen: Seen = {
      status: answer.status,
      headers: Object.fromEntries(headers),
      text: withoutIds(answer.text),
      // The calls of a batch fail as soon as each of them can.
      reported: scene.reported.sort(),
    };
    // tRPC's handler does not know the length before it writes.
    return { seen, isDirect: answer.headers["content-length"] !== undefined };
  };

  return {
    ask: async (sent) => {
      const { seen: direct, isDirect } = await askOnce(sent);
      const path = `${sent.path}${sent.path.includes("?") ? "&" : "?"}connectionParams=null`;
      return { direct, isDirect, stock: (await askOnce({ ...sent, path })).seen };
    },
    [Symbol.asyncDispose]: async () => {
      agent.destroy();
      server.close();
      await scene.close();
    },
  };
};

const setScene = async () => {
  const world = createTestService();
  const reported: string[] = [];
  const credentials = createCredentials({
    adminKeys: [{ name: "ops", key: adminKey }],
    serviceKeys: [{ name: null, key: serviceKey }],
    signingKeys: { session: Buffer.alloc(32, 1), ticket: Buffer.alloc(32, 2) },
    now: () => world.clock.now(),
  });
  const ended = await world.create();
  const reason = { sessionId: ended.sessionId, reason: "done", idempotencyKey: "a-key" };
  await world.sessions.endSession(reason, { endedBy: "admin", actor: null });
  const { sessionId, channelId } = await world.create();
  const own = await credentials.sessionToken(sessionId);
  const names = { session: sessionId, channel: channelId, ended: ended.sessionId, own, user: testUserId };
  return {
    reported,
    fill: (sent: Sent) => fill(sent, { ...names, agent: scriptedAgentId }),
    trpc: createTrpcHttp({
      credentials,
      sessions: withFailures(world.sessions),
      requestGuard: { admit: () => null, count: async () => {} },
      isDraining: () => false,
      reportError: (error, { path, requestId }) =>
        reported.push(`${path} ${requestId} ${toRefusal(error, requestId).code}`),
    }),
    close: async () => {
      await world.sessions.close();
      await world.otherNode.close();
    },
  };
};

const failures: Readonly<Record<string, Error>> = {
  down: new StoreUnavailableError("the disk is gone"),
  defect: new Error("select * from secrets at /srv/x.js"),
};

const withFailures = (sessions: SessionService): SessionService => ({
  ...sessions,
  getSession: async (input) => {
    if (failures[input.sessionId]) throw failures[input.sessionId];
    return sessions.getSession(input);
  },
  endSession: async (input, caller) => {
    if (failures[input.sessionId]) throw failures[input.sessionId];
    return sessions.endSession(input, caller);
  },
});

const fill = (sent: Sent, names: Readonly<Record<string, string>>): Sent => {
  const fillText = (text: string) =>
    text.replaceAll(/(?:\$|%24)([a-z]+)/g, (whole, name) => names[name] ?? whole);
  const headers = Object.entries(sent.headers).map(([name, value]) => [name, fillText(value)]);
  return {
    ...sent,
    path: fillText(sent.path),
    headers: Object.fromEntries(headers),
    body: typeof sent.body === "string" ? fillText(sent.body) : sent.body,
  };
};

const send = (
  address: { readonly port: number; readonly agent: Agent },
  { method, path, headers, body }: Sent,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) };
    const options = { ...address, host: "127.0.0.1", method, path, headers: { ...length, ...headers } };
    const request = httpRequest(options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
      response.once("error", reject);
      response.once("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    request.once("error", reject);
    request.end(body);
  });

const travelling = ["transfer-encoding", "content-length", "connection", "keep-alive", "date"];

/** The first id of an answer is 0, and so on. Tokens and cursors contain ids. */
const withoutIds = (text: string): string => {
  const seen: string[] = [];
  return text
    .replaceAll(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, "a token")
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => {
      if (!seen.includes(id)) seen.push(id);
      return `id ${seen.indexOf(id)}`;
    });
};
