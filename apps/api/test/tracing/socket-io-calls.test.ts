import { expect, it, vi } from "vitest";
import { startOtlpReceiver } from "../setup/otlp-receiver.js";
import { startTestServer, until } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";
import { openPage } from "../socket-io/eliza-page.js";

// Everything is exported at once, by the close of the server.
vi.stubEnv("OTEL_BSP_SCHEDULE_DELAY", "600000");

const server = 2;

it("a call over Socket.IO has one span of its own, a refused one too", async () => {
  await using receiver = await startOtlpReceiver();
  await using api = await startTestServer({ SOCKET_IO: "on", OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
  const { channelId, sessionId } = await createSession(restWire(api.url));
  {
    using page = openPage(api.url, {}, { transports: ["websocket"] });
    page.join(channelId);
    await page.hasReceived("room_joined");
    page.join("a room that is none");
    await page.hasReceived("messageError");
    page.join("x".repeat(129));
    await page.hasReceived("messageError", 2);
    page.send(channelId, "hello");
    await page.hasReceived("messageComplete");
    page.send(channelId, "");
    await page.hasReceived("messageError", 3);
  }
  await api.close();
  await until(() => receiver.bodies.length > 0);
  const call = { kind: server, parentSpanId: undefined, status: 0 };
  expect(await receiver.named("sessionEvents")).toMatchObject([
    { ...call, attributes: { "gen_ai.conversation.id": sessionId } },
    { ...call, attributes: { "error.type": "SESSION_NOT_FOUND" } },
    { ...call, attributes: { "error.type": "VALIDATION_ERROR" } },
  ]);
  const sends = await receiver.named("sendSessionMessage");
  expect(sends).toMatchObject([
    { ...call, attributes: { "gen_ai.conversation.id": sessionId } },
    { ...call, attributes: { "error.type": "VALIDATION_ERROR" } },
  ]);
  expect(await receiver.named("reply")).toMatchObject([{ parentSpanId: sends[0]?.spanId }]);
});
