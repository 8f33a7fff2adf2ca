import { command } from "../command.js";
import type { Env } from "../env.js";
import { bridgeMcp } from "../mcp-bridge.js";
import type { Terminal } from "../terminal.js";

export const mcp = ({ write, signal }: Terminal, { url, key }: Env) =>
  command({
    meta: { name: "adjourn mcp", description: "Serve an assistant over MCP on standard input and output" },
    args: {},
    run: () => bridgeMcp({ url, key, input: process.stdin, write, signal }),
  });
