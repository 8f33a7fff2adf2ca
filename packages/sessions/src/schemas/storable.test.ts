import { describe, expect, it } from "vitest";
import { attachments, metadata } from "./storable.js";

describe("metadata and attachments", () => {
  it.each<[string, Record<string, unknown>]>([
    ["an infinite number", { a: JSON.parse("1e999") }],
    ["a negative zero", { a: JSON.parse("-0") }],
    ["one deep inside", { a: [{ b: [1, Number.NEGATIVE_INFINITY] }] }],
    ["one beside what is left out", { a: [undefined, Number.NaN] }],
    ["half a character", { a: "\ud83d" }],
    ["half a character in a key", { a: { "\ude00": 1 } }],
    ["a NUL", { a: ["\0"] }],
    ["a NUL in a key", { "\0": 1 }],
    ["a prototype", JSON.parse('{"__proto__": {"a": 1}}')],
  ])("with %s are refused", (_, value) => {
    expect(metadata.safeParse(value).success).toBe(false);
    expect(attachments.safeParse([{}, value]).success).toBe(false);
  });

  it.each<[string]>([
    ['{"a": 1e308, "b": 5e-324, "c": 0, "d": -1.5}'],
    ['{"a": 12345678901234567890}'],
    ['{"a": "\\\\u0000 \\\\ud83d"}'],
    ['{"a": {"__proto__": 1}, "constructor": {"prototype": null}, "toString": "x", "hasOwnProperty": 1}'],
    ['{"a": 1, "a": 2}'],
  ])("%s are parsed like JSON.parse does", (json) => {
    const value: unknown = JSON.parse(json);
    expect(JSON.stringify(metadata.parse(value))).toBe(JSON.stringify(value));
    expect(JSON.stringify(attachments.parse([value]))).toBe(JSON.stringify([value]));
  });
});
