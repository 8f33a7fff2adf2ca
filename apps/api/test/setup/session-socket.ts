import { once } from "node:events";
import { type RawData, WebSocket } from "ws";
import { until } from "./test-server.js";

interface Answer {
  readonly id: unknown;
  readonly result?: { readonly type: string; readonly data?: unknown };
  readonly error?: { readonly data: { readonly session: { readonly code: string } } };
}

/** A tRPC socket that names its only session in `connectionParams`, without a client library. */
export const openSessionSocket = async (url: string, sessionId: string) => {
  const socket = new WebSocket(`${url.replace("http", "ws")}/trpc?connectionParams=1`);
  const answers: Answer[] = [];
  socket.on("message", (data: RawData) => answers.push(JSON.parse(String(data))));
  const closed = once(socket, "close").then(([code, reason]) => `${code} ${reason}`);
  await once(socket, "open");
  socket.send(JSON.stringify({ method: "connectionParams", data: { sessionId } }));
  let calls = 0;
  const call = (method: string, path: string, input?: object): number => {
    calls += 1;
    socket.send(JSON.stringify({ id: calls, method, params: { path, input } }));
    return calls;
  };
  const answerTo = async (id: number): Promise<Answer> => {
    await until(() => answers.some((answer) => answer.id === id));
    return answers.findLast((answer) => answer.id === id) as Answer;
  };
  return {
    socket,
    answers,
    closed,
    call,
    ask: (method: string, path: string, input?: object) => answerTo(call(method, path, input)),
    [Symbol.dispose]: () => socket.terminate(),
  };
};
