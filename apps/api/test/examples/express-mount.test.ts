import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { firstLine, killExample, startExample } from "./run-example.js";

describe("Express with Adjourn mounted", () => {
  let folder: string;
  let program: ChildProcess;
  let url: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "adjourn-express-"));
    program = await startExample("express-mount", {
      PORT: "0",
      DATABASE_URL: `file:${join(folder, "adjourn.db")}`,
    });
    url = await firstLine(program);
  });
  afterAll(async () => {
    killExample(program);
    await rm(folder, { recursive: true, force: true });
  });

  const open = async (): Promise<string> => {
    const answer = await fetch(`${url}/tickets`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ subject: "A broken cup" }),
    });
    return ((await answer.json()) as { ticket: string }).ticket;
  };

  it("ends a session from a route of the application, and its listener receives the reason", async () => {
    const ticket = await open();
    const path = `/api/messaging/sessions/${ticket}`;
    expect(await (await fetch(`${url}${path}`)).json()).toMatchObject({
      metadata: { subject: "A broken cup" },
    });
    const socket = new WebSocket(`${url.replace("http", "ws")}${path}/events`);
    await once(socket, "message");
    const last = once(socket, "message");
    expect((await fetch(`${url}/tickets/${ticket}`, { method: "DELETE" })).status).toBe(204);
    expect(JSON.parse(String((await last)[0]))).toMatchObject({
      type: "session.ended",
      reason: "The ticket was closed",
    });
    expect((await fetch(`${url}/tickets/${ticket}`, { method: "DELETE" })).status).toBe(404);
  });

  it("serves the application's own tRPC router with Adjourn's procedures in it", async () => {
    const ticket = await open();
    const input = encodeURIComponent(JSON.stringify({ 1: { sessionId: ticket } }));
    const answer = await fetch(`${url}/rpc/shop,chat.getSession?batch=1&input=${input}`);
    expect(await answer.json()).toMatchObject([
      { result: { data: "Corner shop" } },
      { result: { data: { sessionId: ticket } } },
    ]);
  });

  it("exits by itself after SIGTERM", async () => {
    const closed = once(program, "close");
    process.kill(-(program.pid ?? 0), "SIGTERM");
    await closed;
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });
});
