import { request as httpRequest, type IncomingHttpHeaders } from "node:http";

export interface Asked {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape are read.
  readonly json: any;
}

export interface Request {
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes go out as they are, all else as JSON. */
  readonly body?: unknown;
  readonly key?: string;
}

/** Sends exactly this, address and body as they are, which `fetch` would tidy up. */
export const ask = (
  url: string,
  method: string,
  path: string,
  { headers = {}, body, key }: Request = {},
): Promise<Asked> =>
  new Promise((resolve, reject) => {
    const isRaw = typeof body === "string" || body instanceof Uint8Array;
    const bytes = body === undefined ? undefined : Buffer.from(isRaw ? body : JSON.stringify(body));
    const { hostname, port } = new URL(url);
    const given = {
      ...(bytes ? { "Content-Type": "application/json", "Content-Length": String(bytes.length) } : {}),
      ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
      ...headers,
    };
    const request = httpRequest(
      { hostname, port, method, path, headers: given, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", reject);
        response.once("end", () => {
          const text = Buffer.concat(chunks).toString();
          const isJson = response.headers["content-type"]?.startsWith("application/json") && text !== "";
          const json = isJson ? JSON.parse(text) : undefined;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
        });
      },
    );
    request.once("error", reject);
    request.end(bytes);
  });

export const sessionsPath = "/api/messaging/sessions";
export const channelsPath = "/api/messaging/channels";
export const endingsPath = "/api/messaging/endings";
