import { type CallToolResult, Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

export const versions = ["2025-11-25", "2026-07-28"] as const;
export type Version = (typeof versions)[number];

/** The official client, held to one version of the protocol. */
const createClient = (version: Version) =>
  new Client(
    { name: "test", version: "1.0.0" },
    { versionNegotiation: { mode: version === "2025-11-25" ? "legacy" : { pin: version } } },
  );

export const overHttp = async (url: string, version: Version, key?: string): Promise<Client> => {
  const client = createClient(version);
  const headers: Record<string, string> = key === undefined ? {} : { Authorization: `Bearer ${key}` };
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", url), { requestInit: { headers } }));
  return client;
};

/** Through the command line's process. */
export const overStdio = async (url: string, version: Version, key?: string): Promise<Client> => {
  const client = createClient(version);
  const env = { ADJOURN_URL: url, ...(key === undefined ? {} : { ADJOURN_KEY: key }) };
  const main = new URL("../../../cli/src/main.ts", import.meta.url).pathname;
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: ["--conditions=adjourn-source", "--import", "tsx", main, "mcp"],
      env: { ...process.env, ...env } as Record<string, string>,
    }),
  );
  return client;
};

/** Calls one tool through a client of its own. */
export const callTool = async (
  url: string,
  name: string,
  args: Record<string, unknown>,
  key?: string,
): Promise<CallToolResult> => {
  const client = await overHttp(url, "2026-07-28", key);
  try {
    // The client validates structured content by the tool's output schema.
    await client.listTools();
    return await client.callTool({ name, arguments: args });
  } finally {
    await client.close();
  }
};
