import { describe, expect, it } from "vitest";
import { holdRows } from "./hold-rows";

const row = (id: string, state = "") => ({ id, state });
const keyOf = ({ id }: { readonly id: string }) => id;
const before = [row("c"), row("b")];

describe("rows of a list that is aimed at", () => {
  it("keep their places, while new ones wait and the end of the list grows", () => {
    const rows = [row("e"), row("d"), row("c"), row("b", "changed"), row("a")];
    expect(holdRows({ before, rows, keyOf, isHeld: true })).toEqual({
      shown: [row("c"), row("b", "changed"), row("a")],
      waiting: 2,
    });
    expect(holdRows({ before, rows, keyOf, isHeld: false })).toEqual({ shown: rows, waiting: 0 });
  });

  it("stay where they are when they leave the list or move in it", () => {
    expect(holdRows({ before, rows: [row("d"), row("b")], keyOf, isHeld: true })).toEqual({
      shown: before,
      waiting: 1,
    });
    expect(holdRows({ before, rows: [row("b"), row("c")], keyOf, isHeld: true })).toEqual({
      shown: before,
      waiting: 0,
    });
  });

  it("go at once when they were removed here and have left the list", () => {
    const isRemoved = ({ id }: { readonly id: string }) => id === "c";
    expect(holdRows({ before, rows: [row("c"), row("b")], keyOf, isHeld: true, isRemoved }).shown).toEqual(
      before,
    );
    expect(holdRows({ before, rows: [row("b")], keyOf, isHeld: true, isRemoved }).shown).toEqual([row("b")]);
    expect(holdRows({ before, rows: [], keyOf, isHeld: true, isRemoved }).shown).toEqual([]);
  });

  it("give way to a list that has none of them", () => {
    const rows = [row("z")];
    expect(holdRows({ before, rows, keyOf, isHeld: true })).toEqual({ shown: rows, waiting: 0 });
    expect(holdRows({ before: [], rows, keyOf, isHeld: true })).toEqual({ shown: rows, waiting: 0 });
  });
});
