import { EventEmitter } from "node:events";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { retainedBytes } from "@adjourn/testkit";
import { expect, it } from "vitest";
import { PendingResponses } from "./pending-responses.js";

const responseOn = (connection: Socket): ServerResponse =>
  new ServerResponse(new IncomingMessage(connection));

it("lists the pending answers of every open connection, each until it is deleted once", () => {
  const pending = new PendingResponses();
  const [one, other] = [new Socket(), new Socket()];
  const answers = [responseOn(one), responseOn(one), responseOn(other)] as const;
  for (const answer of answers) pending.add(answer.req.socket, answer);
  expect([...pending]).toEqual(answers);
  expect(pending.count(one)).toBe(2);
  expect(pending.delete(one, answers[0])).toBe(true);
  expect(pending.delete(one, answers[0])).toBe(false);
  expect([...pending]).toEqual([answers[1], answers[2]]);
  expect(pending.count(one)).toBe(1);
});

it("the answers of a connection that closes are over, also those that Node forgets", async () => {
  const pending = new PendingResponses();
  const connection = new Socket();
  const answers = [responseOn(connection), responseOn(connection)];
  const closed: ServerResponse[] = [];
  for (const answer of answers) {
    pending.add(connection, answer);
    answer.on("close", () => {
      if (pending.delete(connection, answer)) closed.push(answer);
    });
  }
  connection.destroy();
  await EventEmitter.once(connection, "close");
  await Promise.resolve();
  expect(closed).toEqual(answers);
  expect([...pending]).toEqual([]);
});

it("answers that are over are free without a full collection", () => {
  const pending = new PendingResponses();
  const connections = Array.from({ length: 50 }, () => new Socket());
  const begin = (nth: number): ServerResponse => {
    const connection = connections[nth % 50] ?? new Socket();
    const answer = Object.assign(responseOn(connection), { text: new Array(500).fill(nth) });
    pending.add(connection, answer);
    return answer;
  };
  const last = connections.map((_, nth) => begin(nth));
  const retained = retainedBytes(() => {
    for (let nth = 50; nth < 20_000; nth += 1) {
      const over = last[nth % 50];
      if (over) pending.delete(over.req.socket, over);
      last[nth % 50] = begin(nth);
    }
  });
  // Together they had 80 MB.
  expect(retained).toBeLessThan(10_000_000);
});
