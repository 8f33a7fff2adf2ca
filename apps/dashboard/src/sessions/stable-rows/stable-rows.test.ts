import { sampleSessionRow } from "@adjourn/testkit/samples";
import { describe, expect, it } from "vitest";
import { arrangeRows, type ShownRow } from "./stable-rows";

const rows = (ids: string) => [...ids].map((id) => sampleSessionRow(id));
const shownAs = (ids: string): readonly ShownRow[] => rows(ids).map((one) => ({ row: one, isOver: false }));
const namesOf = (shown: readonly ShownRow[]) =>
  shown.map(({ row: { sessionId }, isOver }) => (isOver ? `(${sessionId})` : sessionId)).join("");
const never = () => false;

describe("rows that somebody aims at", () => {
  const arrange = (
    before: string,
    live: string,
    gone = "",
    goneHere = "",
    isHeld = true,
    hasMore = false,
  ) => {
    const { shown, waiting } = arrangeRows({
      before: shownAs(before),
      live: rows(live),
      isHeld,
      hasMore,
      activity: undefined,
      isGone: (id) => gone.includes(id) || goneHere.includes(id),
      isGoneHere: (id) => goneHere.includes(id),
    });
    return [namesOf(shown), waiting];
  };

  it("keep their places while new ones wait", () => {
    expect(arrange("cba", "edcba")).toEqual(["cba", 2]);
  });

  it("keep their places when others end some of them", () => {
    expect(arrange("dcba", "dba", "c")).toEqual(["d(c)ba", 0]);
  });

  it("say so when the list no longer has them, whether or not an event reported the end", () => {
    expect(arrange("dcba", "dba")).toEqual(["d(c)ba", 0]);
    expect(arrange("dcba", "dcb")).toEqual(["dcb(a)", 0]);
  });

  it("live on where newer ones have only pushed them out of the loaded part", () => {
    expect(arrange("dcba", "fedc", "", "", true, true)).toEqual(["dcba", 2]);
  });

  it("go at once when the operator ends them", () => {
    expect(arrange("dcba", "dba", "", "c")).toEqual(["dba", 0]);
  });

  it("grow at the end only, as older pages are loaded", () => {
    expect(arrange("cb", "dcba")).toEqual(["cba", 1]);
  });

  it("make room once none of them lives", () => {
    expect(arrange("cb", "ed", "cb")).toEqual(["ed", 0]);
    expect(arrange("cb", "", "cb")).toEqual(["", 0]);
  });

  it("keep their places when newer ones have pushed all of them out, which wait", () => {
    expect(arrange("ba", "dc", "", "", true, true)).toEqual(["ba", 2]);
  });

  it("live on in their places once they are no longer active, which the row shows", () => {
    const listened = (ids: string) =>
      rows(ids).map((row) => ({ row: { ...row, listeners: 2 }, isOver: false }));
    const arrangeListened = (before: readonly ShownRow[], live: string, gone = "", isHeld = true) =>
      arrangeRows({
        before,
        live: listened(live).map(({ row }) => row),
        isHeld,
        hasMore: false,
        activity: "listened",
        isGone: (id) => gone.includes(id),
        isGoneHere: never,
      });
    const { shown, waiting } = arrangeListened(listened("dcba"), "edb", "a");
    expect([namesOf(shown), waiting]).toEqual(["dcb(a)", 1]);
    expect(shown.map(({ row }) => row.listeners)).toEqual([2, 0, 2, 0]);
    expect(arrangeListened(shown, "edb", "a").shown[1]).toBe(shown[1]);
    const alone = arrangeListened(listened("c"), "d");
    expect([namesOf(alone.shown), alone.waiting]).toEqual(["c", 1]);
    expect(namesOf(arrangeListened(shown, "edb", "a", false).shown)).toBe("edb");
  });

  it("follow the list as soon as nobody aims at them", () => {
    expect(arrange("dcba", "feba", "dc", "", false)).toEqual(["feba", 0]);
  });

  it("are the same objects while nothing about them changes, so that nothing is rendered again", () => {
    const before = shownAs("ba");
    const live = before.map((one) => one.row);
    const { shown } = arrangeRows({
      before,
      live,
      isHeld: true,
      hasMore: false,
      activity: undefined,
      isGone: never,
      isGoneHere: never,
    });
    expect(shown.map((one, index) => one === before[index])).toEqual([true, true]);
  });
});
