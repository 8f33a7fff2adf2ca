import { type PresenceRecord, presenceRecord } from "@adjourn/sessions";
import type { KeyedHash } from "../messages/keyed-hash.js";

/** A value of a node's hash is good in that hash and under that field alone. */
export class PresenceEntries {
  constructor(private readonly hash: KeyedHash) {}

  seal(key: string, field: string, text: string): string {
    return `${this.hash.sign("presence", key, field, text)}.${text}`;
  }

  /** Null for what no node of this deployment wrote there. */
  open(key: string, field: string, value: unknown): string | null {
    if (typeof value !== "string") return null;
    const text = value.slice(44);
    return this.hash.matches(value.slice(0, 43), "presence", key, field, text) ? text : null;
  }
}

export const formatRecord = ({ listeners, replies }: PresenceRecord): string =>
  JSON.stringify({ listeners, replies });

/** Null for what no node of this version writes. */
export const parseRecord = (json: string): PresenceRecord | null => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return null;
  }
  return presenceRecord.safeParse(parsed).data ?? null;
};

/** What several nodes hold of one session, together. */
export const mergeRecords = (one: PresenceRecord | undefined, other: PresenceRecord): PresenceRecord => ({
  listeners: (one?.listeners ?? 0) + other.listeners,
  replies: [...(one?.replies ?? []), ...other.replies],
});
