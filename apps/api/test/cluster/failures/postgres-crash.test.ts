import { expect, it } from "vitest";
import { hasReceived, plainWs } from "../../setup/subscribing.js";
import { until } from "../../setup/test-server.js";
import { createSession } from "../../setup/wires.js";
import { expectDropped, readContents } from "../setup/held.js";
import { startNode } from "../setup/node-process.js";
import { startPostgres } from "../setup/postgres-server.js";
import { cannotStartPostgres } from "../setup/what-is-missing.js";

it.skipIf(await cannotStartPostgres())(
  "a Postgres that crashes and recovers loses nothing acknowledged, and its nodes go on (E2, E9)",
  async () => {
    await using postgres = await startPostgres();
    await using node = await startNode({ DATABASE_URL: postgres.url, LOG_LEVEL: "info" });
    await using other = await startNode({ DATABASE_URL: postgres.url, LOG_LEVEL: "info" });
    const live = await createSession(node.rest);
    await using received = plainWs.listen(other.url, live.sessionId);
    await hasReceived(received, "session.started");
    const sessions = await Promise.all(Array.from({ length: 40 }, () => createSession(node.rest)));
    const send = (content: string) =>
      node.rest.call("sendSessionMessage", { sessionId: live.sessionId, content, transport: "http" });
    const accepted: string[] = [];
    const ended: string[] = [];
    let isDown = false;
    const sending = (async () => {
      for (let nth = 0; !isDown; nth++)
        if ((await send(`said ${nth}`)).status === 201) accepted.push(`said ${nth}`);
    })();
    const ending = (async () => {
      for (const { sessionId } of sessions) {
        const { status } = await other.rest.call("endSession", { sessionId });
        if (status === 200) ended.push(sessionId);
        else expect(status).toBe(503);
      }
    })();
    await until(() => accepted.length > 3 && ended.length > 3);
    await postgres.crash();
    expect((await send("while it is down")).status).toBe(503);
    isDown = true;
    await Promise.all([sending, ending]);
    expect(received.events.at(-1)?.type).not.toBe("session.ended");
    await postgres.start();
    for (const { url } of [node, other]) await until(async () => (await fetch(`${url}/readyz`)).ok);
    for (const sessionId of ended)
      expect((await node.rest.call("getSession", { sessionId })).status).toBe(404);
    expect((await send("and on")).status).toBe(201);
    const { body } = await node.rest.call("getSession", { sessionId: live.sessionId });
    expect(body).toMatchObject({ sessionId: live.sessionId });
    const stored = await readContents(other.rest, live.channelId);
    expect(stored.slice(-2)).toEqual(["and on", "and on"]);
    for (const content of accepted.slice(-40))
      expect(stored.filter((one) => one === content)).toHaveLength(2);
    await node.rest.call("endSession", { sessionId: live.sessionId });
    await expectDropped([received]);
    const receivedContents = received.events.flatMap((event) =>
      event.type === "message" ? [event.message.content] : [],
    );
    expect(receivedContents.slice(-stored.length)).toEqual(stored);
  },
  60_000,
);
