import { expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { sessionsPath } from "../setup/api-call.js";
import { startOtlpReceiver } from "../setup/otlp-receiver.js";
import { adminKey, startTestServer, until } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";

// Everything is exported at once, by the close of the server.
vi.stubEnv("OTEL_BSP_SCHEDULE_DELAY", "600000");

const server = 2;
const traceId = "0af7651916cd43dd8448eb211c80319c";
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

it("an upgrade of a session's events has one span, and any other one that is refused", async () => {
  await using receiver = await startOtlpReceiver();
  await using api = await startTestServer({
    ADJOURN_ADMIN_KEY: adminKey,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  });
  const { sessionId } = await createSession(restWire(api.url, { key: adminKey }));
  const events = `${sessionsPath}/${sessionId}/events`;
  const open = async (path: string, key: string): Promise<void> => {
    const socket = new WebSocket(`${api.wsUrl}${path}`, {
      headers: { authorization: `Bearer ${key}`, traceparent },
    });
    socket.on("error", () => {});
    const closed = new Promise((resolve) => socket.on("close", resolve));
    socket.on("open", () => socket.terminate());
    await closed;
  };
  await open(events, adminKey);
  await open(events, "a-wrong-key-of-somebody");
  await open(`${events}?lastEventId=none`, adminKey);
  await open("/trpc", adminKey);
  await open("/trpc", "a-wrong-key-of-somebody");
  await open("/elsewhere", adminKey);
  await api.close();
  await until(() => receiver.bodies.length > 0);
  const request = { kind: server, traceId, parentSpanId: "b7ad6b7169203331", status: 0 };
  const refused = (type: string, status: number) => ({
    ...request,
    attributes: { "http.request.method": "GET", "http.response.status_code": status, "error.type": type },
  });
  expect(await receiver.named("sessionEvents")).toMatchObject([
    { ...request, attributes: { "http.request.method": "GET", "gen_ai.conversation.id": sessionId } },
    refused("UNAUTHORIZED", 401),
    refused("VALIDATION_ERROR", 400),
  ]);
  expect(await receiver.named("GET")).toMatchObject([
    refused("UNAUTHORIZED", 401),
    refused("NOT_FOUND", 404),
  ]);
  expect(receiver.bodies.join()).not.toContain("a-wrong-key");
});
