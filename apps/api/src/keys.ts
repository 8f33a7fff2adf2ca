import { minKeyCharacters, type NamedKey } from "@adjourn/server";

/** The format that {@link parseKeys} accepts. Spaces are likely typing errors, and headers cannot carry other characters. */
export const allowedKeys = `one key or name:key,name:key, each key at least ${minKeyCharacters} visible ASCII characters without a comma, each name once`;

const visible = /^[\x21-\x2b\x2d-\x7e]+$/;
const keyName = /^[A-Za-z0-9_.-]{1,64}$/;

/** Parses the keys of one variable; null if it is malformed. In a key with a colon, the part before it is the name. */
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
