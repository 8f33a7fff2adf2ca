/** Control characters and marks of text direction, with which a text could imitate other lines or other text. */
const unprintable = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Text from others in one line, with characters that control the terminal escaped. */
export const printable = (text: string): string =>
  text.replace(unprintable, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Text from others, whose line breaks are kept. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");
