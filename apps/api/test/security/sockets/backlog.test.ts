import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { startTestServer } from "../../setup/test-server.js";

const callers = 30;

/** Connects and asks in a thread of its own, while the server's thread stands still; then says how each was answered. */
const crowd = `
const { connect } = require("node:net");
const { parentPort, workerData } = require("node:worker_threads");
const { port, callers, sent } = workerData;
const ask = () =>
  new Promise((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () =>
      socket.write("GET /api/agents HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\n\\r\\n", () => {
        Atomics.add(sent, 0, 1);
        Atomics.notify(sent, 0);
      }),
    );
    socket.on("data", (chunk) => (text += chunk));
    socket.on("error", (error) => resolve(error.code));
    socket.on("close", () => resolve(text.slice(9, 12)));
  });
Promise.all(Array.from({ length: callers }, ask)).then((answers) => parentPort.postMessage(answers));
`;

it("a server that stops listening answers those who connected before, and resets none", async () => {
  await using server = await startTestServer();
  const sent = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(crowd, {
    eval: true,
    workerData: { port: Number(new URL(server.url).port), callers, sent },
  });
  const answered = once(worker, "message");
  // Nobody is accepted meanwhile: they wait in the kernel.
  for (let count = 0; count < callers; count = Atomics.load(sent, 0)) Atomics.wait(sent, 0, count, 10_000);
  const closed = server.close(1);
  const [answers] = (await answered) as [string[]];
  expect(new Set(answers)).toEqual(new Set(["503"]));
  await closed;
});
