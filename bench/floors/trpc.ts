import { createServer } from "node:http";
import { initTRPC } from "@trpc/server";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { z } from "zod";
import { sessionInfo } from "./session-fields.js";

/** tRPC's own handler with procedures that do nothing. */
const [port = ""] = process.argv.slice(2);
const t = initTRPC.create();
const input = z.object({ sessionId: z.string().min(1).max(128) });
const now = Date.now();
const session = sessionInfo({
  session_id: crypto.randomUUID(),
  channel_id: crypto.randomUUID(),
  agent_id: crypto.randomUUID(),
  user_id: crypto.randomUUID(),
  created_at: now,
  last_activity: now,
  expires_at: now,
  renewal_count: 0,
  last_seq: 0,
});
const { sessionId } = session;
const ended = {
  success: true,
  message: `Session ${sessionId} deleted successfully`,
  sessionId,
  endedAt: session.createdAt,
  cause: "requested",
  reason: null,
};
const router = t.router({
  getSession: t.procedure.input(input).query(() => session),
  endSession: t.procedure.input(input).mutation(() => ended),
});
const handle = createHTTPHandler({ router, basePath: "/trpc/" });
createServer((request, response) => {
  if (request.url === "/readyz") response.end("{}");
  else handle(request, response);
}).listen(Number(port), "127.0.0.1");
