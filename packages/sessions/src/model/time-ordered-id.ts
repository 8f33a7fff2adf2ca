/**
 * The UUID of version 7 with this time, and the random part of another UUID. Rows that are created together then lie
 * together in every index of their ids, so that a transaction changes few pages. Ids of sessions and channels are not
 * ordered: people distinguish them, and search for them, by their first characters.
 */
export const timeOrderedId = (nowMs: number, uuid: string): string => {
  const time = nowMs.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${uuid.slice(15)}`;
};
