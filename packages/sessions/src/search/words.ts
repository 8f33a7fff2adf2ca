/** Words are distinguished by their first characters, so that no store has to keep a longer one. UTF-16 units. */
const longestWord = 64;

/** Accents of Latin, Greek and Cyrillic letters, and the vowel points of Hebrew and Arabic. */
const accents =
  /[\u0300-\u036f]|[\u0483-\u0487]|[\u0591-\u05c7]|[\u064b-\u065f]|\u0670|[\u1ab0-\u1aff]|[\u1dc0-\u1dff]|[\u20d0-\u20ff]|[\ufe20-\ufe2f]/g;

/** Letters that Unicode does not decompose. */
const plainLetters: Readonly<Record<string, string>> = {
  ł: "l",
  ø: "o",
  đ: "d",
  ð: "d",
  ħ: "h",
  ŧ: "t",
  æ: "ae",
  œ: "oe",
  ς: "σ",
};
const otherLetters = /[łøđðħŧæœς]/g;

/** A run of letters and digits; a mark such as a vowel sign of Devanagari belongs to its letter. */
const word = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;

/** Equal for texts that differ only in case, accents and compatibility forms. Upper case first: `ß` and `SS` are equal. */
const fold = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(accents, "")
    .toUpperCase()
    .toLowerCase()
    .normalize("NFKD")
    .replace(accents, "")
    .normalize("NFC")
    .replace(otherLetters, (letter) => plainLetters[letter] ?? letter);

const shorten = (long: string): string => {
  if (long.length <= longestWord) return long;
  const short = long.slice(0, longestWord);
  return short.isWellFormed() ? short : short.slice(0, -1);
};

/**
 * The words of a text, without regard to case and accents, in their order. They contain nothing but letters, digits and
 * marks. Every store indexes and compares these, so that all find the same.
 */
export const wordsOf = (text: string): string[] => (fold(text).match(word) ?? []).map(shorten);

/**
 * The words that a query asks for, each once; the last one matches by its beginning.
 * @returns undefined if the query has no word, or there is none
 */
export const queryWords = (q: string | undefined): readonly string[] | undefined => {
  const words = wordsOf(q ?? "");
  const last = words.at(-1);
  if (last === undefined) return undefined;
  return [...new Set(words.slice(0, -1)), last];
};
