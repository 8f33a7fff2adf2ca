/** The secrets that all nodes share, by purpose. The only purpose is `signing`. */
export const secrets = /* sql */ `
CREATE TABLE secrets (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
`;
