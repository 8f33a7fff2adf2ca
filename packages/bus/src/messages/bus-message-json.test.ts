import type { BusMessage } from "@adjourn/sessions";
import { sampleEndingRecord } from "@adjourn/testkit/samples";
import { expect, it } from "vitest";
import { formatBusMessage, parseBusMessage } from "./bus-message-json.js";

const ended: Extract<BusMessage, { kind: "ended" }> = {
  kind: "ended",
  origin: "node-1",
  ending: sampleEndingRecord("session-1"),
};
const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

const received = (message: object) => parseBusMessage(JSON.stringify(message));

it("an end carries its trace", () => {
  const json = formatBusMessage({ ...ended, traceparent }) ?? "";
  expect(parseBusMessage(json)).toEqual({ ...ended, traceparent });
});

it("an end without a trace, or with one that can't be read, ends the session all the same", () => {
  expect(received(ended)).toEqual(ended);
  for (const unreadable of ["", "00-abc-01", `${traceparent}-more`, 7, null, { trace: 1 }])
    expect(received({ ...ended, traceparent: unreadable })).toEqual(ended);
});
