import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSettings } from "@adjourn/api";
import { createClient } from "@adjourn/client";
import { type RunningServer, startServer } from "@adjourn/server";
import { run } from "../src/run.js";

export const typewriter = "00000000-0000-4000-8000-000000000002";
export const userId = "11111111-1111-4111-8111-111111111111";
export const adminKey = "admin-key-of-the-test";

/** A server with keys, and command lines that are run against it. */
export interface CliServer extends AsyncDisposable {
  readonly url: string;
  adjourn(args: readonly string[], env?: NodeJS.ProcessEnv): CommandRun;
  /** A session with the agent Typewriter. */
  createSession(userId?: string, metadata?: Record<string, unknown>): Promise<CreatedSession>;
}

export type CreatedSession = Awaited<ReturnType<typeof createSession>>;
export type CommandRun = ReturnType<typeof runCommand>;

export const startCliServer = async (): Promise<CliServer> => {
  const folder = mkdtempSync(join(tmpdir(), "adjourn-cli-"));
  const server: RunningServer = await startServer(
    readSettings({
      PORT: "0",
      DATABASE_URL: `file:${join(folder, "adjourn.db")}`,
      ADJOURN_ADMIN_KEY: `ops:${adminKey}`,
      LOG_LEVEL: "silent",
    }),
  );
  return {
    url: server.url,
    adjourn: (args, env) => runCommand(server.url, args, env),
    createSession: (id = userId, metadata = {}) => createSession(server.url, id, metadata),
    [Symbol.asyncDispose]: async () => {
      await server.close(0);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Runs a command line; `wrote` resolves once standard output holds the text. */
const runCommand = (url: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
  const stop = new AbortController();
  const out = { text: "" };
  const complaints: string[] = [];
  const waiting: { text: string; resolve: () => void }[] = [];
  const code = run(args, {
    env: { ADJOURN_URL: url, ADJOURN_KEY: adminKey, ...env },
    write: (text) => {
      out.text += text;
      for (const { text: wanted, resolve } of waiting) if (out.text.includes(wanted)) resolve();
    },
    complain: (line) => complaints.push(line),
    signal: stop.signal,
  });
  const wrote = (text: string) =>
    new Promise<void>((resolve) => {
      waiting.push({ text, resolve });
      if (out.text.includes(text)) resolve();
    });
  return { code, out, complaints, wrote, stop: () => stop.abort() };
};

const createSession = async (url: string, userId: string, metadata: Record<string, unknown>) => {
  const { trpc } = createClient({ url, token: adminKey });
  const { sessionId, channelId } = await trpc.createSession.mutate({
    agentId: typewriter,
    userId,
    metadata,
  });
  return { sessionId, channelId, trpc };
};
