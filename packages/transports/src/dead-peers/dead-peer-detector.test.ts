import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { expect, it } from "vitest";
import { DeadPeerDetector } from "./dead-peer-detector.js";
import { connectionName, type Unacknowledged } from "./unacknowledged.js";

it("a check that fails stops neither the process nor the checks after it", async () => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const [, response] = (await once(server, "request")) as [unknown, ServerResponse];
  response.flushHeaders();
  const silent: Unacknowledged = { bytes: 10, retransmits: 5 };
  let checks = 0;
  const failures: unknown[] = [];
  const peers = new DeadPeerDetector({
    everyMs: 5,
    answers: [response],
    read: async () => {
      checks += 1;
      if (checks <= 2) throw new Error("the kernel's table is not what it was");
      return new Map([[connectionName(response.socket as Socket), silent]]);
    },
    onFailure: (error) => failures.push(error),
  });
  await once(response, "close");
  expect(failures).toHaveLength(2);
  expect(checks).toBeGreaterThanOrEqual(5);
  peers.stop();
  client.destroy();
  server.close();
});
