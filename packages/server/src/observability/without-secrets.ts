/** A URL for messages: host and path, without user, password and query. */
export const withoutSecrets = (url: string): string => {
  const scheme = /^[a-z][a-z\d+.-]*:\/\//i.exec(url)?.[0] ?? "";
  const [start = "", ...parameters] = url.slice(scheme.length).split("?");
  // An @ after the question mark may end an unescaped password; then the parts are ambiguous.
  if (parameters.some((text) => text.includes("@"))) return `${scheme}…`;
  const at = start.lastIndexOf("@");
  const place = start.slice(at + 1).replace(/#.*/s, "#…");
  return `${scheme}${at < 0 ? "" : "…@"}${place}${parameters.length > 0 ? "?…" : ""}`;
};
