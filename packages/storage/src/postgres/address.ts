/** What may stand behind the `?` of a database's address; what Postgres calls otherwise goes into `options`. */
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

/** The parameter of the address that nobody reads, in words; null where there is none. */
export const unknownParameter = (url: string): string | null => {
  const known: readonly string[] = knownParameters;
  const name = [...new URL(url).searchParams.keys()].find((key) => !known.includes(key));
  return name === undefined
    ? null
    : `the parameter ${JSON.stringify(name)} of its address is not known; allowed: ${known.join(", ")}`;
};

/** The address as the driver takes it: `sslmode` means what it means to `psql`. */
export const toDriverAddress = (url: string): string => {
  const address = new URL(url);
  if (address.searchParams.has("sslmode")) address.searchParams.set("uselibpqcompat", "true");
  return address.href;
};

/** The address as an error may quote it: without names, passwords and parameters. */
export const withoutSecrets = (url: string): string => {
  if (!URL.canParse(url)) return "given";
  const { protocol, host, pathname, search } = new URL(url);
  // An @ there may end a password that was not escaped: then nothing can be told apart.
  if (search.includes("@")) return `${protocol}//…`;
  return `${protocol}//…@${host}${pathname}${search === "" ? "" : "?…"}`;
};
