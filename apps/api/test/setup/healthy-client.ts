import { WebSocket } from "ws";
import { runningTimeOf } from "./running-time.js";
import { until } from "./test-server.js";

/** Asks all the while, over HTTP and over a socket, and remembers how it fared. */
export interface HealthyClient extends AsyncDisposable {
  /** Waits for more answers on both; throws where one failed or came late. */
  stillServed(): Promise<void>;
}

/** A machine that does other work too is slow at times; a server that is held up is slower. */
const lateMs = 5_000;

export const startHealthyClient = async (
  url: string,
  headers: Record<string, string> = {},
): Promise<HealthyClient> => {
  const served = { http: 0, socket: 0 };
  let failure: unknown = null;
  let isOver = false;

  const timed = async (asked: Promise<unknown>) => {
    const took = await runningTimeOf(() => asked);
    if (took > lateMs) throw new Error(`an answer took ${took} ms`);
  };
  const fail = (error: unknown) => {
    if (!isOver) failure ??= error;
  };

  const ask = async () => {
    const response = await fetch(`${url}/api/agents`, { headers });
    await response.text();
    if (response.status !== 200) throw new Error(`answered ${response.status}`);
    served.http += 1;
  };
  const askHttp = async () => {
    while (!isOver) await timed(ask());
  };

  const socket = new WebSocket(`${url.replace("http", "ws")}/trpc`, { headers });
  let answered: () => void = () => {};
  const call = () =>
    new Promise<void>((resolve) => {
      answered = resolve;
      socket.send(JSON.stringify({ id: 1, method: "query", params: { path: "listAgents" } }));
    });
  socket.on("message", (data) => {
    if (!String(data).includes('"result"')) fail(new Error(`answered ${data}`));
    served.socket += 1;
    answered();
  });
  socket.on("close", (code) => fail(new Error(`closed with ${code}`)));
  const askSocket = async () => {
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    while (!isOver) {
      await timed(call());
      await new Promise(setImmediate);
    }
  };

  const asking = Promise.all([askHttp().catch(fail), askSocket().catch(fail)]);
  const client: HealthyClient = {
    stillServed: async () => {
      const before = { ...served };
      await until(
        () => failure !== null || (served.http >= before.http + 3 && served.socket >= before.socket + 3),
      );
      if (failure !== null) throw failure;
    },
    [Symbol.asyncDispose]: async () => {
      isOver = true;
      answered();
      socket.terminate();
      await asking;
    },
  };
  await client.stillServed();
  return client;
};
