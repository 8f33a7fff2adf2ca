import { expect, test } from "vitest";
import { z } from "zod";
import { timeOrderedId } from "./time-ordered-id.js";

const uuid = "f81d4fae-7dec-4d0a-a765-00a0c91e6bf6";

test("the id is a UUID of version 7 in lower case that keeps the random part", () => {
  const id = timeOrderedId(Date.UTC(2026, 10, 28), uuid);
  expect(z.uuidv7().parse(id)).toBe(id);
  expect(id).toBe("01a21f73-9c00-7d0a-a765-00a0c91e6bf6");
});

test("ids sort by their time, whatever their random part", () => {
  const times = [0, 1, 255, 256, 4_095, 65_536, 1_796_000_000_000, 1_796_000_000_001];
  const ids = times.map((time, i) => timeOrderedId(time, i % 2 ? uuid : uuid.replaceAll("f", "0")));
  expect(ids.toSorted()).toEqual(ids);
});
