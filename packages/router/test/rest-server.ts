import { randomBytes } from "node:crypto";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { defaultTimeoutSettings, type SessionService, type WebhookWatch } from "@adjourn/sessions";
import { createTestService, scriptedAgentId, type TestService, testUserId } from "@adjourn/testkit";
import { createCredentials } from "../src/credentials/credentials.js";
import { createRestHandler, type RestOptions } from "../src/rest/handler.js";

export const adminKey = "admin-key-0123456789";
export const serviceKey = "service-key-01234567";
export const unknownId = "99999999-9999-4999-8999-999999999999";
export { scriptedAgentId, testUserId };

export interface RestServer extends AsyncDisposable {
  readonly world: TestService;
  readonly url: string;
  readonly errors: unknown[];
  /** Sends exactly this, address and body as they are, which `fetch` would tidy up. */
  ask(method: string, path: string, options?: Ask): Promise<Answer>;
}

export interface Ask {
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes go out as they are, all else as JSON. */
  readonly body?: unknown;
  readonly key?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape.
  readonly json: any;
}

export interface RestServerOptions extends Partial<Omit<RestOptions, "sessions" | "credentials">> {
  readonly keys?: boolean;
  readonly webhooks?: readonly WebhookWatch[];
  readonly sessions?: (real: SessionService) => SessionService;
}

/** The REST handler over the real domain, on a port of its own. */
export const startRestServer = async ({
  keys = false,
  webhooks = [],
  sessions = (real) => real,
  ...options
}: RestServerOptions = {}): Promise<RestServer> => {
  const world = createTestService({ webhooks });
  const errors: unknown[] = [];
  const handle = createRestHandler({
    sessions: sessions(world.sessions),
    credentials: createCredentials({
      adminKeys: keys ? [{ name: "ops", key: adminKey }] : [],
      serviceKeys: keys ? [{ name: null, key: serviceKey }] : [],
      signingKeys: { session: randomBytes(32), ticket: randomBytes(32) },
      now: () => world.clock.now(),
    }),
    dialect: "documented",
    timeouts: defaultTimeoutSettings,
    onError: (error) => errors.push(error),
    ...options,
  });
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  const ask = (method: string, path: string, { headers = {}, body, key }: Ask = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const raw = typeof body === "string" || body instanceof Uint8Array;
      const bytes = body === undefined ? undefined : Buffer.from(raw ? body : JSON.stringify(body));
      const request = httpRequest(
        {
          host: "127.0.0.1",
          port,
          method,
          path,
          agent: false,
          headers: {
            ...(bytes ? { "Content-Type": "application/json" } : {}),
            ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
            ...(bytes && !headers["Transfer-Encoding"] ? { "Content-Length": String(bytes.length) } : {}),
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.once("error", reject);
          response.once("end", () => {
            const text = Buffer.concat(chunks).toString();
            const isJson = response.headers["content-type"]?.startsWith("application/json") && text !== "";
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text,
              json: isJson ? JSON.parse(text) : undefined,
            });
          });
        },
      );
      request.once("error", reject);
      request.end(bytes);
    });

  return {
    world,
    url: `http://127.0.0.1:${port}`,
    errors,
    ask,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await world.sessions.close();
      await world.otherNode.close();
    },
  };
};
