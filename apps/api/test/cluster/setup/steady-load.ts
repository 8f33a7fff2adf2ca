import { randomUUID } from "node:crypto";
import { typewriterId, userId } from "../../setup/test-server.js";
import { type Answer, restWire } from "../../setup/wires.js";
import { listenResuming, type ResumingListener } from "./resuming-listener.js";

const retryAfterMs = 50;

/** One conversation from start to end, with the answers that its client received. */
export interface Conversation {
  readonly sessionId: string;
  readonly channelId: string;
  readonly acknowledged: readonly string[];
  readonly listener: ResumingListener;
  readonly endKey: string;
  readonly endAnswer: Answer;
}

export interface SteadyLoad {
  readonly conversations: readonly Conversation[];
  /** Answers that asked to come again, and connections that broke. */
  readonly retries: number;
  /** Resolves once that many more conversations were ended. */
  more(count: number): Promise<void>;
  /** Lets every client finish its conversation. Rejects with what went wrong for any of them. */
  stop(): Promise<void>;
}

/** Clients that create, listen, talk and end all the time, and come again whenever they are asked to. */
export const startSteadyLoad = (url: string, clients: number): SteadyLoad => {
  const wire = restWire(url);
  const conversations: Conversation[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let retries = 0;
  let isStopping = false;

  /** Until it is answered for good; 502, 503 and a connection that breaks are not for good. */
  const persist = async (operation: string, input: Record<string, unknown>): Promise<Answer> => {
    for (;;) {
      const answer = await wire.call(operation, input).catch(() => null);
      if (answer && answer.status !== 502 && answer.status !== 503) return answer;
      retries += 1;
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
    }
  };
  const succeed = async (operation: string, input: Record<string, unknown>): Promise<Answer> => {
    const answer = await persist(operation, input);
    if (answer.status > 201) throw new Error(`${operation}: ${JSON.stringify(answer)}`);
    return answer;
  };

  const converse = async (): Promise<Conversation> => {
    const create = { agentId: typewriterId, userId, idempotencyKey: randomUUID() };
    const { body } = await succeed("createSession", create);
    const [sessionId, channelId] = [String(body.sessionId), String(body.channelId)];
    const listener = listenResuming(url, sessionId);
    await listener.started;
    const acknowledged: string[] = [];
    for (const transport of ["http", "websocket", "http", "http", "websocket"]) {
      const content = `${randomUUID()} by way of ${transport}`;
      const said = await succeed("sendSessionMessage", {
        sessionId,
        content,
        transport,
        metadata: { delayMs: 15 },
      });
      acknowledged.push(String(said.body.id));
      const reply = said.body.agentResponse as { id: string } | undefined;
      if (reply) acknowledged.push(reply.id);
    }
    const endKey = randomUUID();
    const endAnswer = await succeed("endSession", { sessionId, idempotencyKey: endKey });
    return { sessionId, channelId, acknowledged, listener, endKey, endAnswer };
  };

  const client = async (): Promise<void> => {
    while (!isStopping) {
      conversations.push(await converse());
      for (const { count, resolve } of waiting) if (conversations.length >= count) resolve();
    }
  };
  const running = Promise.all(Array.from({ length: clients }, client));
  // Reported by the caller that waits for more or for the end.
  running.catch(() => {});

  return {
    conversations,
    get retries() {
      return retries;
    },
    more: (count) => {
      const reached = new Promise<void>((resolve) => {
        waiting.push({ count: conversations.length + count, resolve });
      });
      return Promise.race([reached, running.then(() => {})]);
    },
    stop: async () => {
      isStopping = true;
      await running;
    },
  };
};
