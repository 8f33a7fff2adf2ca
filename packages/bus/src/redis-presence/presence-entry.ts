import { type PresenceRecord, presenceRecord } from "@adjourn/sessions";
import type { KeyedHash } from "../messages/keyed-hash.js";

/** Signs the values of presence hashes. A value is valid only in its own hash and field. */
export class PresenceEntries {
  constructor(private readonly hash: KeyedHash) {}

  seal(key: string, field: string, text: string): string {
    return `${this.hash.sign("presence", key, field, text)}.${text}`;
  }

  /** @returns null for a value that no node of this deployment wrote there */
  open(key: string, field: string, value: unknown): string | null {
    if (typeof value !== "string") return null;
    const text = value.slice(44);
    return this.hash.matches(value.slice(0, 43), "presence", key, field, text) ? text : null;
  }
}

export const formatRecord = ({ listeners, replies }: PresenceRecord): string =>
  JSON.stringify({ listeners, replies });

/** @returns null for a form that this version does not know */
export const parseRecord = (json: string): PresenceRecord | null => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return null;
  }
  return presenceRecord.safeParse(parsed).data ?? null;
};

/** Adds up the records of several nodes for one session. */
export const mergeRecords = (one: PresenceRecord | undefined, other: PresenceRecord): PresenceRecord => ({
  listeners: (one?.listeners ?? 0) + other.listeners,
  replies: [...(one?.replies ?? []), ...other.replies],
});
