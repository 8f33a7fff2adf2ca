import type { NamedKey } from "@adjourn/server";

const minKeyCharacters = 16;

/** What {@link parseKeys} takes, in words. Spaces could not be told from a slip, and a header can't carry the rest. */
export const allowedKeys = `one key or name:key,name:key, each key at least ${minKeyCharacters} visible ASCII characters without a comma, each name once`;

const visible = /^[\x21-\x2b\x2d-\x7e]+$/;
const keyName = /^[A-Za-z0-9_.-]{1,64}$/;

/** The keys of one variable; null where it is malformed. A single key may itself hold no colon, or its start is its name. */
export const parseKeys = (given: string): readonly NamedKey[] | null => {
  const parts = given.split(",");
  const keys = parts.map(parseKey);
  if (keys.some((key) => key === null)) return null;
  const whole = keys.filter((key) => key !== null);
  if (parts.length > 1 && whole.some(({ name }) => name === null)) return null;
  const names = whole.map(({ name }) => name);
  return new Set(names).size === names.length ? whole : null;
};

const parseKey = (part: string): NamedKey | null => {
  if (!visible.test(part)) return null;
  const colon = part.indexOf(":");
  const name = colon === -1 ? null : part.slice(0, colon);
  const key = part.slice(colon + 1);
  if (key.length < minKeyCharacters || (name !== null && !keyName.test(name))) return null;
  return { name, key };
};
