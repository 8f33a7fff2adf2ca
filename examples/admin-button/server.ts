import type { AddressInfo } from "node:net";
import { createClient } from "@adjourn/client";
import express from "express";
import { createServer } from "vite";
import { adjournKey, adjournUrl, port } from "./env.js";

const adjourn = createClient({ url: adjournUrl, token: adjournKey });

const app = express();
// A form of another site can't send JSON, so it can't press the button for a visitor.
app.use(express.json());
// Your own check of who is signed in, and may end chats, comes here.

app.get("/customers/:userId/chats", async ({ params: { userId } }, response) => {
  const { total } = await adjourn.trpc.listSessions.query({ userId, limit: 1 });
  response.json({ total });
});

app.post("/customers/:userId/end-chats", async ({ params: { userId }, body }, response) => {
  if (typeof body?.reason !== "string") {
    response.sendStatus(400);
    return;
  }
  const { ended } = await adjourn.trpc.endSessions.mutate({ userId, reason: body.reason });
  response.json({ ended });
});

const vite = await createServer({
  root: import.meta.dirname,
  appType: "spa",
  server: { middlewareMode: true, hmr: false, ws: false },
});
app.use(vite.middlewares);

const server = app.listen(port, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
