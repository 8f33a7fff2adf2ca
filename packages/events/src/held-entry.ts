import { type Held, held } from "@adjourn/sessions";
import type { KeyedHash } from "./keyed-hash.js";

/** A value of a node's hash is good in that hash and under that field alone. */
export class HeldEntries {
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

export const formatHeld = ({ listeners, replies }: Held): string => JSON.stringify({ listeners, replies });

/** Null for what no node of this version writes. */
export const parseHeld = (json: string): Held | null => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return null;
  }
  return held.safeParse(parsed).data ?? null;
};

/** What several nodes hold of one session, together. */
export const addHeld = (one: Held | undefined, other: Held): Held => ({
  listeners: (one?.listeners ?? 0) + other.listeners,
  replies: [...(one?.replies ?? []), ...other.replies],
});
