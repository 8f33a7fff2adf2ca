const keyName = /^[A-Za-z0-9_.-]{1,64}:(?=.{16})/;
const visible = /^[\x21-\x7e]+$/;

/**
 * The keys that may be meant by what was typed, the likeliest first. Keys are configured as `name:key`, so people paste
 * them with their names; a key can hold a colon too. Empty if it can't be a key at all.
 */
export const givenKeys = (typed: string): readonly string[] => {
  const given = typed.trim();
  if (!visible.test(given)) return [];
  const withoutName = given.replace(keyName, "");
  return withoutName === given ? [given] : [withoutName, given];
};
