import { Agent, request } from "node:http";

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

/**
 * Sends one call and resolves to the text of the answer.
 * @throws Error if the status is not a success
 */
export const send = (url: string, agent: Agent, { method, path, body }: Call): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = body
      ? { "content-type": "application/json", "content-length": Buffer.byteLength(body) }
      : {};
    const req = request(url + path, { method, agent, headers }, (res) => {
      let text = "";
      res.setEncoding("utf8");
      res.on("data", (chunk: string) => {
        text += chunk;
      });
      res.on("end", () => {
        if ((res.statusCode ?? 500) < 300) resolve(text);
        else reject(new Error(`${method} ${path}: ${res.statusCode} ${text}`));
      });
    });
    req.on("error", reject);
    req.end(body);
  });

/** Answered requests per second of `connections` clients, each of which sends its next call after the last answer. */
export const requestsPerSecond = async (
  url: string,
  calls: (index: number) => Call,
  { connections = 10, total = 2_000 } = {},
): Promise<number> => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let next = 0;
  const client = async () => {
    while (next < total) await send(url, agent, calls(next++));
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: connections }, client));
  const seconds = (performance.now() - begun) / 1_000;
  agent.destroy();
  return total / seconds;
};

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};
