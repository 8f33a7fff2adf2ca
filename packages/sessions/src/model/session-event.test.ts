import { propertyRuns } from "@adjourn/testkit";
import fc from "fast-check";
import { expect, it } from "vitest";
import { formatEventId, parseEventId } from "./session-event.js";

const sessionId = "6f1e6d0e-1111-4222-8333-444455556666";

it("an event id parses to the seq from which it was made", () => {
  fc.assert(
    fc.property(fc.nat(), (seq) => {
      expect(parseEventId(sessionId, formatEventId(sessionId, seq, "m"))).toBe(seq);
    }),
    propertyRuns(),
  );
});

it.each(["m", "0a1b2c3d-1", `0a1b2c3d-${Number.MAX_SAFE_INTEGER.toString(36)}`])(
  "an event id with the tail %s is parsed",
  (tail) => {
    expect(parseEventId(sessionId, formatEventId(sessionId, 7, tail))).toBe(7);
  },
);

it("an event id of another session is not parsed", () => {
  expect(parseEventId(sessionId, formatEventId("other", 3, "m"))).toBeNull();
});

it.each([
  "",
  "x",
  `${sessionId}`,
  `${sessionId}.`,
  `${sessionId}.-1.m`,
  `${sessionId}.1.5.m`,
  `${sessionId}.01.m`,
  `${sessionId}.1e3.m`,
  `${sessionId}.9999999999999999.m`,
  `${sessionId}.1.`,
  `${sessionId}.1.a b`,
  `${sessionId}.1.n`,
  `${sessionId}.1.mm`,
  `${sessionId}.1.0a1b2c3d`,
  `${sessionId}.1.0a1b2c3d-`,
  `${sessionId}.1.0A1B2C3D-4`,
])("%j is malformed", (id) => {
  expect(parseEventId(sessionId, id)).toBeNull();
});
