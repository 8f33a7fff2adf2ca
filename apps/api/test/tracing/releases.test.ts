import { once } from "node:events";
import { expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { ask, sessionsPath } from "../setup/api-call.js";
import { startOtlpReceiver } from "../setup/otlp-receiver.js";
import { openSessionSocket } from "../setup/session-socket.js";
import { startTestServer, until } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";

// Everything is exported at once, by the close of the server.
vi.stubEnv("OTEL_BSP_SCHEDULE_DELAY", "600000");

it("who comes back after the end of a session adds no release to it", async () => {
  await using receiver = await startOtlpReceiver();
  await using server = await startTestServer({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
  const { sessionId } = await createSession(restWire(server.url));
  const path = `${sessionsPath}/${sessionId}`;
  expect((await ask(server.url, "DELETE", path)).status).toBe(200);
  expect((await ask(server.url, "GET", `${path}/events`)).status).toBe(404);
  expect((await ask(server.url, "DELETE", path)).status).toBe(404);
  const plain = new WebSocket(`${server.wsUrl}${path}/events`);
  expect(await once(plain, "close")).toMatchObject([4404, expect.anything()]);
  {
    using own = await openSessionSocket(server.url, sessionId);
    expect(await own.ask("query", "getSession", { sessionId })).toHaveProperty("error");
  }
  await server.close();
  await until(() => receiver.bodies.length > 0);
  const [end] = await receiver.named("endSession");
  expect(await receiver.named("release")).toMatchObject([{ parentSpanId: end.spanId }]);
});
