const tickMs = 10;

/**
 * How long `work` took while the machine ran, ms. A time in which even this process's timers stood still counts as two
 * ticks: no server can keep a promise while the machine gives it no time, and a machine that stalls breaks none.
 */
export const runningTimeOf = async (work: () => Promise<unknown>): Promise<number> => {
  let total = 0;
  let countedAt = performance.now();
  const count = () => {
    const at = performance.now();
    total += Math.min(at - countedAt, 2 * tickMs);
    countedAt = at;
  };
  const ticking = setInterval(count, tickMs);
  try {
    await work();
    count();
    return total;
  } finally {
    clearInterval(ticking);
  }
};
