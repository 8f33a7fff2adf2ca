/** At most 500 at a time: Redis answers one command after the other, and a long one would keep the rest waiting. */
const batchSize = 500;

export const inBatches = <T>(all: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / batchSize) }, (_, index) =>
    all.slice(index * batchSize, (index + 1) * batchSize),
  );
