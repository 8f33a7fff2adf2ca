import { type AdjournClient, type ClientOptions, createClient } from "@adjourn/client";
import { type ScriptedReply, scriptedAgentId } from "@adjourn/testkit";
import { type ScriptedServer, startScriptedServer } from "../replies/held-reply.js";
import { createSession, restWire } from "../setup/wires.js";

/** A session on a server whose agent's replies the test writes. */
export interface Scripted extends AsyncDisposable {
  readonly server: ScriptedServer;
  readonly sessionId: string;
  nextTurn(): Promise<ScriptedReply>;
}

export const startScripted = async (env: NodeJS.ProcessEnv = {}): Promise<Scripted> => {
  const server = await startScriptedServer(env);
  const { sessionId } = await createSession(restWire(server.url), { agentId: scriptedAgentId });
  return {
    server,
    sessionId,
    nextTurn: () => server.agent.nextTurn(),
    [Symbol.asyncDispose]: server[Symbol.asyncDispose],
  };
};

/** A client that repeats lost sends at once, closed with the test. */
export const openClient = (
  url: string,
  options: Partial<ClientOptions> = {},
): AdjournClient & AsyncDisposable => {
  const client = createClient({ url, retrySend: { delayMs: () => 0 }, ...options });
  return { ...client, [Symbol.asyncDispose]: client.close };
};

/** Collects what a loop is given; `at(n)` resolves once it has that many. */
export const collect = <Item>(items: AsyncIterable<Item>) => {
  const given: Item[] = [];
  let wake = () => {};
  const run = async () => {
    try {
      for await (const item of items) {
        given.push(item);
        wake();
      }
    } catch (error) {
      return error;
    }
    return null;
  };
  const at = async (count: number): Promise<readonly Item[]> => {
    while (given.length < count)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    return given;
  };
  /** What the loop failed with; null if it came to its end. */
  const ended = run();
  return { given, at, ended };
};
