import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Context, createAdjourn, SessionError } from "@adjourn/server";
import { initTRPC } from "@trpc/server";
import { createExpressMiddleware } from "@trpc/server/adapters/express";
import express from "express";
import { databaseUrl, port } from "./env.js";

const echo = "00000000-0000-4000-8000-000000000001";
const customer = "00000000-0000-4000-8000-0000000000aa";

const adjourn = await createAdjourn({
  databaseUrl,
  logLevel: "warn",
});

// The application's own tRPC router, with Adjourn's procedures below `chat`.
interface AppContext extends Context {
  readonly shop: string;
}
const t = initTRPC.context<AppContext>().create();
const router = t.router({ shop: t.procedure.query(({ ctx }) => ctx.shop), chat: adjourn.router });
export type ShopRouter = typeof router;

const app = express();
app.use(express.json({ limit: "4mb" }));
app.use(
  "/rpc",
  createExpressMiddleware({
    router,
    createContext: async (options) => ({ ...(await adjourn.createContext(options)), shop: "Corner shop" }),
  }),
);

// A route of the application that calls Adjourn in the same process.
app.post("/tickets", async (request, response) => {
  const { subject } = request.body ?? {};
  const { sessionId } = await adjourn.sessions.createSession({
    agentId: echo,
    userId: customer,
    metadata: { subject: String(subject ?? "") },
  });
  response.status(201).json({ ticket: sessionId });
});
app.delete("/tickets/:id", async (request, response) => {
  try {
    await adjourn.sessions.endSession({ sessionId: request.params.id, reason: "The ticket was closed" });
    response.sendStatus(204);
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
    response.status(error.code === "SESSION_NOT_FOUND" ? 404 : 400).json({ error: error.message });
  }
});

// Adjourn's own paths; all others go on to what comes after it.
app.use(adjourn.handler);

// Limits that only the server which listens can hold.
const server = createServer(
  { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000 },
  app,
);
server.maxConnections = 10_000;
server.on("upgrade", (request, socket, head) => {
  if (!adjourn.upgrade(request, socket, head)) socket.destroy();
});
server.listen(port, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

const stop = (): void => {
  server.close();
  adjourn.close(10_000).then(() => server.closeIdleConnections(), console.error);
};
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
