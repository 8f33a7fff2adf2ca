import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { until } from "./test-server.js";

const value = z.object({
  stringValue: z.string().optional(),
  intValue: z.union([z.number(), z.string()]).optional(),
  doubleValue: z.number().optional(),
  boolValue: z.boolean().optional(),
  arrayValue: z.object({ values: z.array(z.object({ stringValue: z.string() })) }).optional(),
});
const attributes = z.array(z.object({ key: z.string(), value }));

const request = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              name: z.string(),
              kind: z.number(),
              attributes,
              status: z.object({ code: z.number() }),
            }),
          ),
        }),
      ),
    }),
  ),
});

type Values = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: number;
  readonly attributes: Values;
  /** 0: unset, 2: an error. */
  readonly status: number;
  readonly resource: Values;
}

export interface OtlpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** The bodies as they were sent. */
  readonly bodies: readonly string[];
  readonly requests: readonly IncomingMessage[];
  /** The spans with this name, as soon as there are any. */
  named(name: string): Promise<readonly [ReceivedSpan, ...ReceivedSpan[]]>;
}

/** A collector for OTLP over HTTP. It reads spans in JSON. One that hangs reads requests and never answers. */
export const startOtlpReceiver = async ({ hangs = false } = {}): Promise<OtlpReceiver> => {
  const spans: ReceivedSpan[] = [];
  const bodies: string[] = [];
  const requests: IncomingMessage[] = [];
  const server = createServer(async (incoming, response) => {
    let body = "";
    for await (const chunk of incoming) body += chunk;
    requests.push(incoming);
    bodies.push(body);
    if (incoming.headers["content-type"] === "application/json") spans.push(...readSpans(body));
    if (!hangs) response.writeHead(200, { "Content-Type": "application/json" }).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    bodies,
    requests,
    async named(name) {
      let found: readonly ReceivedSpan[] = [];
      await until(() => {
        found = spans.filter((span) => span.name === name);
        return found.length > 0;
      });
      const [first, ...others] = found;
      if (!first) throw new Error(`no span ${name}`);
      return [first, ...others];
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
};

const readSpans = (body: string): readonly ReceivedSpan[] =>
  request.parse(JSON.parse(body)).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans
      .flatMap(({ spans }) => spans)
      .map(({ status, ...span }) => ({
        ...span,
        parentSpanId: span.parentSpanId,
        attributes: valuesOf(span.attributes),
        status: status.code,
        resource: valuesOf(resource.attributes),
      })),
  );

const valuesOf = (given: z.infer<typeof attributes>): Values =>
  Object.fromEntries(
    given.map(({ key, value }) => [
      key,
      value.stringValue ??
        value.boolValue ??
        value.doubleValue ??
        (value.intValue === undefined ? undefined : Number(value.intValue)) ??
        value.arrayValue?.values.map(({ stringValue }) => stringValue),
    ]),
  );
