/** An address in a message for people: its host and path, without names, passwords and parameters. */
export const withoutSecrets = (url: string): string => {
  const scheme = /^[a-z][a-z\d+.-]*:\/\//i.exec(url)?.[0] ?? "";
  const [start = "", ...parameters] = url.slice(scheme.length).split("?");
  // An @ behind the question mark may end a password that was not escaped: then nothing can be told apart.
  if (parameters.some((text) => text.includes("@"))) return `${scheme}…`;
  const at = start.lastIndexOf("@");
  const place = start.slice(at + 1).replace(/#.*/s, "#…");
  return `${scheme}${at < 0 ? "" : "…@"}${place}${parameters.length > 0 ? "?…" : ""}`;
};
