/** The parameters allowed in a database address; any other Postgres setting goes into `options`. */
const knownParameters = [
  "application_name",
  "host",
  "options",
  "password",
  "port",
  "sslcert",
  "sslkey",
  "sslmode",
  "sslnegotiation",
  "sslrootcert",
  "user",
] as const;

/** Describes a parameter of the address that is not supported; null where there is none. */
export const unknownParameter = (url: string): string | null => {
  const known: readonly string[] = knownParameters;
  const name = [...new URL(url).searchParams.keys()].find((key) => !known.includes(key));
  return name === undefined
    ? null
    : `the parameter ${JSON.stringify(name)} of its address is not known; allowed: ${known.join(", ")}`;
};

/** The address for the driver, with `sslmode` as `psql` understands it. */
export const toDriverAddress = (url: string): string => {
  const address = new URL(url);
  if (address.searchParams.has("sslmode")) address.searchParams.set("uselibpqcompat", "true");
  return address.href;
};

/** The address for error messages, without user, password and parameters. */
export const withoutSecrets = (url: string): string => {
  if (!URL.canParse(url)) return "given";
  const { protocol, host, pathname, search } = new URL(url);
  // An @ there may be part of an unescaped password, so nothing of the address is safe to show.
  if (search.includes("@")) return `${protocol}//…`;
  return `${protocol}//…@${host}${pathname}${search === "" ? "" : "?…"}`;
};
