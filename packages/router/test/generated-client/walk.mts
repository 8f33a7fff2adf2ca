import createClient from "openapi-fetch";
import type { components, paths } from "./paths.mts";

const session = "/api/messaging/sessions/{sessionId}";

/**
 * A session's life through a client that knows nothing but the OpenAPI document. It is compiled against types made from
 * that document, so what it reads of each answer has to be there by its name.
 */
export const walk = async (
  baseUrl: string,
  { agentId, userId }: { agentId: string; userId: string },
): Promise<string[]> => {
  const client = createClient<paths>({ baseUrl });
  const steps: string[] = [];
  const note = (step: string, { status }: Response): void => void steps.push(`${step} ${status}`);

  const created = await client.POST("/api/messaging/sessions", {
    params: { header: { "Idempotency-Key": "walk" } },
    body: { agentId, userId, metadata: { plan: "pro" }, timeoutConfig: { timeoutMinutes: 60 } },
  });
  note("createSession", created.response);
  if (!created.data) throw new Error(created.error.code);
  const { sessionId, channelId } = created.data;
  const path = { sessionId };

  const got = await client.GET(session, { params: { path } });
  note("getSession", got.response);
  const minutes: number | undefined = got.data?.timeoutConfig.timeoutMinutes;
  if (minutes !== 60) throw new Error(`${minutes} minutes`);
  const sent = await client.POST(`${session}/messages`, {
    params: { path },
    body: { content: "hi", transport: "http" },
  });
  note("sendSessionMessage", sent.response);
  const page = await client.GET(`${session}/messages`, { params: { path, query: { limit: 1 } } });
  note("getSessionMessages", page.response);
  const newest: components["schemas"]["Message"] | undefined = page.data?.messages[0];
  if (!newest?.isAgent || !page.data?.hasMore) throw new Error("the reply is not the newest of several");
  note("sessionHeartbeat", (await client.POST(`${session}/heartbeat`, { params: { path } })).response);
  note("renewSession", (await client.POST(`${session}/renew`, { params: { path } })).response);
  const changed = await client.PATCH(`${session}/timeout`, {
    params: { path },
    body: { timeoutMinutes: 90 },
  });
  note("updateSessionTimeout", changed.response);
  const list = await client.GET("/api/messaging/sessions", { params: { query: { userId } } });
  note("listSessions", list.response);
  if (list.data?.sessions[0]?.messageCount !== 2) throw new Error("the list does not count two messages");

  const ended = await client.DELETE(session, { params: { path, query: { reason: "walked" } } });
  note("endSession", ended.response);
  const again = await client.DELETE(session, { params: { path } });
  note("endSession", again.response);
  const code: string | undefined = again.error?.code;
  if (code !== "SESSION_NOT_FOUND") throw new Error(code);
  const history = await client.GET("/api/messaging/channels/{channelId}/messages", {
    params: { path: { channelId } },
  });
  note("getChannelMessages", history.response);
  const endings = await client.GET("/api/messaging/endings", { params: { query: { cause: "requested" } } });
  note("listEndings", endings.response);
  if (endings.data?.endings[0]?.reason !== "walked") throw new Error("the ending has lost its reason");
  return steps;
};
