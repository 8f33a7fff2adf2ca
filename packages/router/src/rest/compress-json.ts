import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import { isPeerGone } from "@adjourn/transports";

/** Answers below this many characters are sent as they are: they fit into a packet or two anyway. */
const leastCharacters = 1_500;

/**
 * Operations whose answers are worth compressing. They carry no token, ticket or other secret, whose characters could be
 * guessed from the length of a compressed answer that repeats what a caller chose.
 */
const compressed: ReadonlySet<string> = new Set([
  "listSessions",
  "listEndings",
  "getStatistics",
  "getSessionMessages",
  "getChannelMessages",
]);

const compress = promisify(gzip);

/** The lowest level: lists shrink tenfold at it, and a higher one costs more time than it saves bytes. */
const options = { level: constants.Z_BEST_SPEED } as const;

/** Whether the caller accepts gzip (RFC 9110, 12.5.3). */
export const acceptsGzip = ({ headers }: Pick<IncomingMessage, "headers">): boolean => {
  const accepted = new Map<string, number>();
  for (const entry of String(headers["accept-encoding"] ?? "").split(",")) {
    const [coding = "", ...parameters] = entry.split(";").map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice("q=".length);
    accepted.set(coding, weight === undefined ? 1 : Number(weight));
  }
  return (accepted.get("gzip") ?? accepted.get("*") ?? 0) > 0;
};

/** Whether an answer of these operations is compressed if it is large and the caller accepts it. */
export const mayCompress = (operations: readonly string[]): boolean =>
  operations.every((operation) => compressed.has(operation));

/**
 * Writes JSON, compressed off the event loop if it is large and the caller accepts it. `headers` are names and values, a
 * `Vary` with `Accept-Encoding` among them.
 */
export const writeCompressible = async (
  response: ServerResponse,
  status: number,
  json: string,
  headers: readonly (string | number)[],
): Promise<void> => {
  if (json.length < leastCharacters || !acceptsGzip(response.req)) {
    response.writeHead(status, [...headers, "Content-Length", Buffer.byteLength(json)]);
    response.end(json);
    return;
  }
  const body = await compress(json, options);
  if (isPeerGone(response)) return;
  response.writeHead(status, [...headers, "Content-Encoding", "gzip", "Content-Length", body.length]);
  response.end(body);
};
