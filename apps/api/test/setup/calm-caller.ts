/** The time that a number of calls take, one after the other, of somebody who asks for little. */
export const timeOfCalmCalls = async (url: string, calls = 30): Promise<number> => {
  const startedAt = performance.now();
  for (let call = 0; call < calls; call += 1) {
    const response = await fetch(`${url}/healthz`);
    await response.text();
  }
  return performance.now() - startedAt;
};
