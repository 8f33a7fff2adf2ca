import WebSocket from "ws";

export const echoId = "00000000-0000-4000-8000-000000000001";
export const typewriterId = "00000000-0000-4000-8000-000000000002";

interface Created {
  readonly sessionId: string;
  readonly channelId: string;
  readonly userId: string;
}

interface Message {
  readonly id: string;
  readonly content: string;
  readonly isAgent: boolean;
  readonly finishReason?: string;
}

/** The calls of a client program, over REST and the plain WebSocket. */
export const createCalls = (api: string, key?: string) => {
  const call = async (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(`${api}/api/messaging${path}`, {
      method,
      headers: { "content-type": "application/json", ...(key ? { "x-api-key": key } : {}) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    create: async (
      agentId = echoId,
      userId: string = crypto.randomUUID(),
      channelId?: string,
    ): Promise<Created> => {
      const response = await call("POST", "/sessions", { agentId, userId, channelId });
      if (response.status !== 201) throw new Error(await response.text());
      return (await response.json()) as Created;
    },
    send: async (sessionId: string, content: string, delayMs = 0): Promise<void> => {
      const response = await call("POST", `/sessions/${sessionId}/messages`, {
        content,
        metadata: { delayMs },
      });
      if (response.status !== 201) throw new Error(await response.text());
    },
    /** Takes the reply's id or the id of the user's message. */
    cancel: async (sessionId: string, messageId: string): Promise<number> =>
      (await call("POST", `/sessions/${sessionId}/replies/${messageId}/cancel`, {})).status,
    state: async (sessionId: string): Promise<number> => (await call("GET", `/sessions/${sessionId}`)).status,
    messages: async (sessionId: string): Promise<readonly Message[]> => {
      const response = await call("GET", `/sessions/${sessionId}/messages`);
      return ((await response.json()) as { readonly messages: readonly Message[] }).messages;
    },
    end: async (sessionId: string, reason = ""): Promise<number> =>
      (await call("DELETE", `/sessions/${sessionId}?reason=${encodeURIComponent(reason)}`)).status,
    /** Ends it as an assistant does, by the tool of the MCP server. */
    endByTool: async (sessionId: string): Promise<number> => {
      const response = await fetch(`${api}/mcp`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          ...(key ? { "x-api-key": key } : {}),
        },
        body: JSON.stringify({
          jsonrpc: "2.0",
          id: 1,
          method: "tools/call",
          params: { name: "end_session", arguments: { sessionId } },
        }),
      });
      return response.status;
    },
    endAll: async (userId: string): Promise<unknown> =>
      (await call("POST", "/sessions/end", { userId, reason: "All at once" })).json(),
    /** For tests of a page that has nothing to show. */
    endEverything: async (): Promise<void> => {
      for (;;) {
        const listed = await call("GET", "/sessions?limit=1000");
        const { sessions } = (await listed.json()) as { readonly sessions: readonly Created[] };
        if (sessions.length === 0) return;
        const sessionIds = sessions.map(({ sessionId }) => sessionId);
        const response = await call("POST", "/sessions/end", { sessionIds });
        if (response.status !== 200) throw new Error(await response.text());
      }
    },
    block: async (userId: string, reason: string): Promise<number> =>
      (await call("PUT", `/blocks/${userId}`, { reason })).status,
    erase: async (channelId: string): Promise<number> =>
      (await call("DELETE", `/channels/${channelId}`)).status,
    /** A listener; `closed` resolves with the code that its socket was closed with. */
    listen: async (sessionId: string) => {
      const socket = new WebSocket(
        `${api.replace("http", "ws")}/api/messaging/sessions/${sessionId}/events`,
        {
          headers: key ? { "x-api-key": key } : {},
        },
      );
      const events: { readonly type: string }[] = [];
      socket.on("message", (data) => events.push(JSON.parse(String(data))));
      const closed = new Promise<number>((resolve) => socket.on("close", resolve));
      await new Promise((resolve, reject) => socket.once("message", resolve).once("error", reject));
      return { events, closed };
    },
  };
};
