/** The first rows that take at most `maxBytes` together. At least one row, so that paging always advances. */
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

/** The size in bytes of an item of a JSON list: its own JSON, and the comma behind it. */
export const jsonItemBytes = (value: unknown): number => encoder.encode(JSON.stringify(value)).length + 1;
