import { describe, expect, it } from "vitest";
import { adminKey, startTestServer, type TestServer } from "../setup/test-server.js";
import { createSession, restWire, type Wire } from "../setup/wires.js";
import { outcomeOf, startExample } from "./run-example.js";

/** A session with a first message, which the agent repeats. */
const sessionThatSays = async (wire: Wire, content: string): Promise<string> => {
  const { sessionId } = await createSession(wire);
  await wire.call("sendSessionMessage", { sessionId, content, transport: "http" });
  return sessionId;
};

const run = async (example: string, { url }: TestServer, key = adminKey) =>
  outcomeOf(await startExample(example, { ADJOURN_URL: url, ADJOURN_KEY: key }));

describe.each(["moderator", "moderator-python", "moderator-curl"])("the job %s", (example) => {
  it("ends the sessions in which the phrase was written, on every page of the list, and no other", async () => {
    await using server = await startTestServer({ ADJOURN_ADMIN_KEY: adminKey });
    const wire = restWire(server.url, { key: adminKey });
    const first = await sessionThatSays(wire, "Get Free Money here");
    const kept = await sessionThatSays(wire, "money is never free");
    // The list shows the newest first, 100 a page.
    for (let count = 0; count < 100; count += 1) await createSession(wire);
    const last = await sessionThatSays(wire, "free money");
    const { lines, status } = await run(example, server);
    expect(status).toBe(0);
    expect(lines).toEqual([`ended ${last}: free money`, `ended ${first}: free money`]);
    const { body } = await wire.call("getEnding", { sessionId: first });
    expect(body).toMatchObject({ cause: "requested", reason: "Forbidden phrase: free money" });
    expect((await wire.call("getSession", { sessionId: kept })).status).toBe(200);
  });

  it("fails where the server refuses it", async () => {
    await using server = await startTestServer({ ADJOURN_ADMIN_KEY: adminKey });
    expect((await run(example, server, "not-the-right-key")).status).not.toBe(0);
  });
});
