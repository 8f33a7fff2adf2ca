import { retainedBytes } from "@adjourn/testkit";
import { expect, it } from "vitest";
import { ReleasingMap } from "./releasing-map.js";

it("returns what was set under a key until it is deleted", () => {
  const map = new ReleasingMap<string, { readonly name: string }>();
  const [first, second] = [{ name: "first" }, { name: "second" }];
  map.set("a", first);
  map.set("b", second);
  expect([...map.values()]).toEqual([first, second]);
  expect([...map.keys()]).toEqual(["a", "b"]);
  map.delete("a");
  map.delete("never set");
  expect(map.get("a")).toBeUndefined();
  expect(map.get("b")).toBe(second);
  expect(map.size).toBe(1);
  map.set("a", second);
  expect(map.get("a")).toBe(second);
});

it("a value that is deleted while the map is read is not among its values", () => {
  const map = new ReleasingMap<number, { readonly nth: number }>();
  for (let nth = 0; nth < 4; nth += 1) map.set(nth, { nth });
  const read: number[] = [];
  for (const { nth } of map.values()) {
    read.push(nth);
    map.delete(nth + 1);
  }
  expect(read).toEqual([0, 2]);
});

it("values that came and went are free without a full collection", () => {
  const map = new ReleasingMap<number, number[]>();
  for (let nth = 0; nth < 50; nth += 1) map.set(nth, []);
  const retained = retainedBytes(() => {
    for (let nth = 50; nth < 20_000; nth += 1) {
      map.set(nth, new Array<number>(500).fill(nth));
      map.delete(nth - 50);
    }
  });
  // Together they had 80 MB.
  expect(retained).toBeLessThan(10_000_000);
});
