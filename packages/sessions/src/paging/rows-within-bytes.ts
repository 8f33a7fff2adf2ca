/** The first rows that are `maxBytes` together at most, but one at least: a page that shows none would never end. */
export const rowsWithinBytes = <Row>(
  rows: readonly Row[],
  maxBytes: number,
  bytesOf: (row: Row) => number,
): readonly Row[] => {
  let bytes = 0;
  const end = rows.findIndex((row, index) => {
    bytes += bytesOf(row);
    return index > 0 && bytes > maxBytes;
  });
  return end === -1 ? rows : rows.slice(0, end);
};

const encoder = new TextEncoder();

/** What a value and a comma are as JSON, in bytes. */
export const jsonBytes = (value: unknown): number => encoder.encode(JSON.stringify(value)).length + 1;
