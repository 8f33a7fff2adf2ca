import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

export interface Bridge {
  readonly url: string;
  readonly key: string | undefined;
  /** One JSON-RPC message a line. */
  readonly input: Readable;
  readonly write: (text: string) => void;
  readonly signal: AbortSignal;
}

type Message = Readonly<Record<string, unknown>>;

/**
 * Passes MCP messages from stdio to `POST /mcp` and the answers back, until the input ends. The server keeps nothing between
 * messages, so its restart loses at most the calls that it was answering. Those, and refused ones, get a JSON-RPC error.
 */
export const bridgeMcp = async (bridge: Bridge): Promise<void> => {
  const lines = createInterface({ input: bridge.input, signal: bridge.signal });
  const pending = new Set<Promise<void>>();
  for await (const line of lines) {
    if (line.trim() === "") continue;
    const passing = pass(bridge, line).finally(() => pending.delete(passing));
    pending.add(passing);
    if (pending.size >= maxPending) await Promise.race(pending);
  }
  await Promise.all(pending);
};

/** Calls that wait for their answers; further lines are read when one has come. */
const maxPending = 100;
const serverError = -32_000;
const parseError = -32_700;

const pass = async (bridge: Bridge, line: string): Promise<void> => {
  const answer = (message: unknown) => bridge.write(`${JSON.stringify(message)}\n`);
  const fail = (id: unknown, code: number, message: string) =>
    answer({ jsonrpc: "2.0", id: id ?? null, error: { code, message } });
  const message = parse(line);
  if (message === null) return fail(null, parseError, "The line is not a JSON object");
  const isRequest = message.id !== undefined && message.method !== undefined;
  try {
    for (const answered of await post(bridge, line, message)) answer(answered);
  } catch (error) {
    // A notification has no answer.
    if (isRequest && !bridge.signal.aborted) fail(message.id, serverError, describe(error, bridge.url));
  }
};

const post = async (
  { url, key, signal }: Bridge,
  line: string,
  message: Message,
): Promise<readonly unknown[]> => {
  const response = await fetch(new URL("/mcp", url), {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
      ...headersOf(message),
      ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
    },
    body: line,
    signal,
  });
  const text = await response.text();
  if (text === "") return [];
  if (response.headers.get("content-type")?.startsWith("text/event-stream")) return readEvents(text);
  const body: unknown = JSON.parse(text);
  if (isObject(body) && body.jsonrpc === "2.0") return [body];
  throw new Error(refusalOf(body) ?? `status ${response.status}`);
};

/** Since 2026-07-28, headers repeat what the message says. */
const headersOf = ({ method, params }: Message): Record<string, string> => {
  const { _meta, name, uri } = isObject(params) ? params : {};
  const version = isObject(_meta) ? _meta["io.modelcontextprotocol/protocolVersion"] : undefined;
  if (typeof version !== "string") return {};
  const named = name ?? uri;
  return {
    "MCP-Protocol-Version": version,
    "Mcp-Method": String(method),
    ...(typeof named === "string" ? { "Mcp-Name": named } : {}),
  };
};

const readEvents = (text: string): readonly unknown[] =>
  text.split("\n").flatMap((line) => (/^data: *\S/.test(line) ? [JSON.parse(line.slice(5))] : []));

const parse = (line: string): Message | null => {
  try {
    const message: unknown = JSON.parse(line);
    return isObject(message) ? message : null;
  } catch {
    return null;
  }
};

const isObject = (value: unknown): value is Message =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The message of a refusal in either dialect. */
const refusalOf = (body: unknown): string | undefined => {
  if (!isObject(body)) return undefined;
  const { error, code } = body;
  if (isObject(error)) return `${error.code}: ${error.message}`;
  return typeof error === "string" ? `${code}: ${error}` : undefined;
};

const describe = (error: unknown, url: string): string => {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof TypeError ? `No answer from ${url}: ${message}` : message;
};
