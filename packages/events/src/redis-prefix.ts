/**
 * What every key and channel of ours begins with. Pub/sub knows no database numbers, so the address's stands in it:
 * deployments that share a Redis are kept apart by it.
 */
export const redisPrefix = (url: string): string => {
  const database = /^\/(\d+)$/.exec(new URL(url).pathname)?.[1] ?? "0";
  return `adjourn:${database}:`;
};
