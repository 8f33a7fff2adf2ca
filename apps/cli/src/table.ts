import { printable } from "./printable.js";

/** Columns of text from others, as wide as they need to be. */
export const table = (headings: readonly string[], rows: readonly (readonly string[])[]): string => {
  const lines = [headings, ...rows.map((row) => row.map(printable))];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column]))));
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - widthOf(cell))).join("  ");
  return lines.map((cells) => `${line(cells).trimEnd()}\n`).join("");
};

/** Names and values, one a line. */
export const facts = (pairs: readonly (readonly [name: string, value: string])[]): string => {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}\n`).join("");
};

const widthOf = (cell = ""): number => [...cell].length;

/** `2h 5m`, `29m`, `12s`. */
export const duration = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds}s`;
  return minutes < 60 ? `${minutes}m` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
};
