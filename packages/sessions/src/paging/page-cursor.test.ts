import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { page } from "../schemas/fields.js";
import { decodeCursor, encodeCursor } from "./page-cursor.js";

const orders = [
  "sessions.createdAt",
  "sessions.expiresAt",
  "endings.endedAt",
  "blocks.blockedAt",
  "deliveries.createdAt",
] as const;
const position = { time: 1_790_000_000_000, id: randomUUID() };
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe.each(orders)("a cursor of %s", (order) => {
  it("is read by its own list in its own order, and by no other", () => {
    const cursor = encodeCursor(position, order);
    expect(decodeCursor(cursor, order)).toEqual(position);
    for (const other of orders.filter((one) => one !== order))
      expect(() => decodeCursor(cursor, other), other).toThrow("is not a cursor of this list");
  });

  it("fits the input of a list, with the longest id too", () => {
    const cursor = encodeCursor({ time: Number.MAX_SAFE_INTEGER, id: '"'.repeat(128) }, order);
    expect(page.parse({ cursor }).cursor).toBe(cursor);
  });

  it.each([
    ["without an order", encode([1, "a"])],
    ["with more", encode([1, "a", order, 1])],
    ["with a time that is none", encode(["1", "a", order])],
    ["with an id of 129 characters", encode([1, "a".repeat(129), order])],
    ["that is no JSON", "AAAA"],
    ["that is no base64url", "{}"],
  ])("%s is refused", (_, cursor) => {
    expect(() => decodeCursor(cursor, order)).toThrow("is not a cursor of this list");
  });
});
