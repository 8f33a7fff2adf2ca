import { join } from "node:path";
import { freePort } from "@adjourn/testkit";
import { expect, it } from "vitest";
import { startNode } from "../cluster/setup/node-process.js";
import { startOtlpReceiver } from "../setup/otlp-receiver.js";
import { temporaryFolder } from "../setup/server-process.js";
import { until } from "../setup/test-server.js";
import { createSession } from "../setup/wires.js";

/** A process with a database of its own, which exports to an endpoint. */
const startExporting = async (endpoint: string, env: Readonly<Record<string, string>>) => {
  const folder = await temporaryFolder();
  const node = await startNode({
    DATABASE_URL: `file:${join(folder.path, "adjourn.db")}`,
    DRAIN_SECONDS: "0",
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    ...env,
  });
  return {
    ...node,
    async [Symbol.asyncDispose]() {
      await node.kill();
      await folder[Symbol.asyncDispose]();
    },
  };
};

it("a stop exports the last spans, with the headers of the environment", async () => {
  await using receiver = await startOtlpReceiver();
  await using node = await startExporting(receiver.url, {
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20of-the-collector",
    // Nothing is exported before the stop, which has time for it.
    DRAIN_SECONDS: "10",
    OTEL_BSP_SCHEDULE_DELAY: "600000",
  });
  await createSession(node.rest);
  expect(receiver.requests).toEqual([]);
  node.terminate();
  expect(await node.exited).toBe(0);
  expect(receiver.spans.map(({ name }) => name)).toContain("createSession");
  expect(receiver.requests.map(({ url, headers }) => [url, headers.authorization])).toEqual([
    ["/v1/traces", "Bearer of-the-collector"],
  ]);
});

it("the sampler of the environment decides what is exported", async () => {
  await using receiver = await startOtlpReceiver();
  await using node = await startExporting(receiver.url, { OTEL_TRACES_SAMPLER: "always_off" });
  await createSession(node.rest);
  node.terminate();
  expect(await node.exited).toBe(0);
  expect(receiver.requests).toEqual([]);
});

it("a collector that hangs delays neither an end nor the stop", async () => {
  await using receiver = await startOtlpReceiver({ hangs: true });
  await using node = await startExporting(receiver.url, {
    OTEL_BSP_SCHEDULE_DELAY: "10",
    // Whoever waited for it would wait for longer than this test may take.
    OTEL_EXPORTER_OTLP_TIMEOUT: "300000",
    OTEL_BSP_EXPORT_TIMEOUT: "300000",
  });
  const { sessionId } = await createSession(node.rest);
  await until(() => receiver.requests.length > 0);
  expect(await node.rest.call("endSession", { sessionId })).toMatchObject({ status: 200 });
  node.terminate();
  expect(await node.exited).toBe(0);
});

it("a collector that is down costs one line in the log, without its password", async () => {
  const endpoint = `http://user:password@127.0.0.1:${await freePort()}`;
  await using node = await startExporting(endpoint, {
    OTEL_BSP_SCHEDULE_DELAY: "10",
    OTEL_EXPORTER_OTLP_TIMEOUT: "100",
  });
  const lines = () => node.log.filter((line) => line.includes("Traces could not be exported"));
  await createSession(node.rest);
  await until(() => lines().length > 0);
  for (let at = 0; at < 10; at += 1) await createSession(node.rest);
  node.terminate();
  expect(await node.exited).toBe(0);
  expect(lines()).toHaveLength(1);
  expect(node.log.join()).not.toContain("password");
});
