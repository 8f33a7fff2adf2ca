import type { Overrides } from "@adjourn/server";
import { expect, it } from "vitest";
import { openRaw, request } from "../../setup/raw-peer.js";
import { echoId, startTestServer, type TestServer, until } from "../../setup/test-server.js";
import { createSession, restWire } from "../../setup/wires.js";

const pageEndings = 20;

/** Wraps a store so that an export reads its first page again and again; counts the pages. */
const endlessExports = () => {
  const counted = { pages: 0 };
  const firstPage = (method: PropertyKey, given: readonly unknown[]): readonly unknown[] => {
    if (method !== "listEndings" && method !== "readMessagesAfter") return given;
    counted.pages += 1;
    return method === "listEndings" ? [given[0], { limit: pageEndings }] : [given[0], 0, 1];
  };
  const around: Overrides["around"] = (name, port) =>
    name !== "store"
      ? port
      : new Proxy(port, {
          get: (target, method) => {
            const value: unknown = Reflect.get(target, method);
            if (typeof value !== "function") return value;
            return (...given: readonly unknown[]): unknown =>
              Reflect.apply(value, target, firstPage(method, given));
          },
        });
  return { around, counted };
};

/** The GET requests whose answers are over, taken or cut. */
const readFinishedGets = async ({ url }: TestServer): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^adjourn_http_request_duration_seconds_count\{method="GET"\} (\d+)$/m.exec(text)?.[1] ?? 0);
};

it.each([
  "endings/export?format=json",
  "endings/export?format=csv",
  "channels/CHANNEL/export?format=json",
  "channels/CHANNEL/export?format=markdown",
  "channels/CHANNEL/export?format=csv",
])("%s to a reader that takes nothing is cut and read no further", async (path) => {
  const { around, counted } = endlessExports();
  await using server = await startTestServer(
    {},
    { around, connectionTimeouts: { checkPeersEveryMs: 50, stalledReadMs: 500 } },
  );
  const wire = restWire(server.url);
  // Long when escaped, so that few pages fill what the kernel holds for a connection.
  const [reason, content] = ["\u0001".repeat(200), "\u0001".repeat(4_000)];
  const { sessionId, channelId } = await createSession(wire);
  for (let sent = 0; sent < 2; sent += 1)
    await wire.call("sendSessionMessage", { sessionId, content, transport: "http" });
  await Promise.all(Array.from({ length: pageEndings }, () => createSession(wire)));
  await wire.call("endSessions", { agentId: echoId, reason });
  await using peer = openRaw(server.url);
  peer.pause();
  peer.write(request(server.url, `GET /api/messaging/${path.replace("CHANNEL", channelId)}`));
  await until(() => counted.pages > 0);
  // Each look is a GET of its own, which the next one counts.
  let looks = 0;
  await until(async () => (await readFinishedGets(server)) > looks++);
  const { pages } = counted;
  await readFinishedGets(server);
  expect(counted.pages).toBe(pages);
  peer.resume();
  await peer.gone;
  expect(peer.text()).toMatch(/^HTTP\/1\.1 200 /);
  expect(peer.text()).not.toMatch(/\r\n0\r\n\r\n$/);
});
