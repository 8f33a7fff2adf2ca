import { expect, it } from "vitest";
import { startOtlpReceiver } from "../setup/otlp-receiver.js";
import { hasReceived, plainWs } from "../setup/subscribing.js";
import { until } from "../setup/test-server.js";
import { createSession } from "../setup/wires.js";
import { startTwoNodes } from "./setup/cluster.js";
import { cannotRunCluster } from "./setup/what-is-missing.js";

it.skipIf(await cannotRunCluster())(
  "an end is one trace over nodes: its call, commit, release and publication, and the release on the other node",
  async () => {
    await using receiver = await startOtlpReceiver();
    await using cluster = await startTwoNodes({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_BSP_SCHEDULE_DELAY: "20",
      OTEL_SERVICE_NAME: "chat",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
    });
    const [a, b] = cluster.nodes;
    const { sessionId } = await createSession(a.rest);
    await using listener = plainWs.listen(b.url, sessionId);
    await hasReceived(listener, "session.started");
    expect(await a.rest.call("endSession", { sessionId })).toMatchObject({ status: 200 });
    expect(await listener.over).toEqual({ how: "ended" });
    const traceOfEnd = () => {
      const traceId = receiver.spans.find(({ name }) => name === "endSession")?.traceId;
      return receiver.spans.filter((span) => span.traceId === traceId);
    };
    await until(() => traceOfEnd().length >= 5);
    const spans = traceOfEnd();
    const nameOf = (spanId: string | undefined) => spans.find((span) => span.spanId === spanId)?.name;
    const shown = spans.map(({ name, parentSpanId }) => `${nameOf(parentSpanId)} > ${name}`);
    expect(shown.sort()).toEqual([
      "endSession > commit",
      "endSession > publish",
      "endSession > release",
      "publish > release",
      "undefined > endSession",
    ]);
    const instanceOf = (parent: string) =>
      spans.find(({ name, parentSpanId }) => name === "release" && nameOf(parentSpanId) === parent)?.resource[
        "service.instance.id"
      ];
    expect(instanceOf("publish")).not.toBe(instanceOf("endSession"));
    for (const { resource, attributes, name } of spans) {
      expect(resource).toMatchObject({ "service.name": "chat", "deployment.environment.name": "test" });
      expect([name, attributes["gen_ai.conversation.id"]]).toEqual([name, sessionId]);
    }
  },
);
