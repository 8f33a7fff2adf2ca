import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createAdjourn } from "@adjourn/server";
import { afterEach, expect, it, vi } from "vitest";
import { ask, sessionsPath } from "../setup/api-call.js";
import { startOtlpReceiver } from "../setup/otlp-receiver.js";
import { temporaryFolder } from "../setup/server-process.js";
import { echoId, until, userId } from "../setup/test-server.js";

afterEach(() => {
  vi.unstubAllEnvs();
});

it("an embedded server exports the spans of its requests and of calls in the process, where an endpoint is given", async () => {
  await using receiver = await startOtlpReceiver();
  await using folder = await temporaryFolder();
  const adjourn = await createAdjourn({
    databaseUrl: `file:${join(folder.path, "adjourn.db")}`,
    logLevel: "silent",
    otelExporterOtlpEndpoint: `${receiver.url}/`,
  });
  const server = createServer(adjourn.handler).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { sessionId } = await adjourn.sessions.createSession({ agentId: echoId, userId });
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
  expect(await ask(url, "DELETE", `${sessionsPath}/${sessionId}`, { headers })).toMatchObject({
    status: 200,
  });
  server.close();
  await adjourn.close();
  await until(() => receiver.spans.some(({ name }) => name === "endSession"));
  expect(receiver.requests[0]?.url).toBe("/v1/traces");
  const [created] = await receiver.named("createSession");
  expect(created.parentSpanId).toBeUndefined();
  const [ended] = await receiver.named("endSession");
  expect(ended).toMatchObject({ traceId, attributes: { "gen_ai.conversation.id": sessionId } });
});

it("an embedded server exports nothing by the environment of the program around it", async () => {
  await using receiver = await startOtlpReceiver();
  await using folder = await temporaryFolder();
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url);
  const adjourn = await createAdjourn({
    databaseUrl: `file:${join(folder.path, "adjourn.db")}`,
    logLevel: "silent",
  });
  await adjourn.sessions.listAgents();
  await adjourn.close();
  expect(receiver.requests).toEqual([]);
});

it("refuses an endpoint that is no address", async () => {
  await expect(createAdjourn({ otelExporterOtlpEndpoint: "collector:4318" })).rejects.toThrow(
    "otelExporterOtlpEndpoint: http://… or https://…",
  );
});
