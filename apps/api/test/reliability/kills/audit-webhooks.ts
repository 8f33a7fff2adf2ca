import { expect } from "vitest";
import { until } from "../../setup/test-server.js";
import { restWire } from "../../setup/wires.js";
import type { Received } from "../../webhooks/receiver.js";
import { deliveriesOn } from "../../webhooks/webhook-setup.js";
import type { Ledger, SessionNote } from "./ledger.js";

/** Longer than the lease of the last process that was killed, and the wait after an attempt that the kill cut off. */
const settledWithinMs = 60_000;

/** What was acknowledged has been delivered, and what was delivered has happened; with the same body under one id, however
 * often it came. */
export const auditWebhooks = async (
  url: string,
  ledger: Ledger,
  received: readonly Received[],
): Promise<void> => {
  await until(async () => (await deliveriesOn(url, "?status=pending&limit=1")).length === 0, settledWithinMs);
  const delivered = new Map<string, Map<string, Received>>();
  for (const one of received) {
    const event = `${one.type} ${one.data.sessionId}`;
    const byId = delivered.get(event) ?? new Map<string, Received>();
    expect(byId.get(one.id)?.body ?? one.body, "a delivery with another body").toBe(one.body);
    delivered.set(event, byId.set(one.id, one));
  }
  for (const note of ledger.notes) await expectDelivered(url, note, delivered);
  const possible = new Set(ledger.notes.map(({ sessionId }) => sessionId));
  for (const { data } of received)
    expect(possible.has(String(data.sessionId)), "a session was reported that nobody created").toBe(true);
};

type Deliveries = ReadonlyMap<string, ReadonlyMap<string, Received>>;

const expectDelivered = async (
  url: string,
  { sessionId, ends }: SessionNote,
  delivered: Deliveries,
): Promise<void> => {
  const created = delivered.get(`session.created ${sessionId}`)?.size ?? 0;
  expect(created, `deliveries of the creation of ${sessionId}`).toBe(1);
  const ended = [...(delivered.get(`session.ended ${sessionId}`)?.values() ?? [])];
  expect(ended, `deliveries of the end of ${sessionId}`).toHaveLength(ends.length > 0 ? 1 : 0);
  if (ends.length === 0) return;
  const { body } = await restWire(url).call("getEnding", { sessionId });
  const { listenersDropped: _, operationsAborted: __, ...atCommit } = body;
  expect(ended[0]?.data, "an end that was reported otherwise than it happened").toMatchObject(atCommit);
};
