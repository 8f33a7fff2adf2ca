/** What all nodes share and nobody else may know, by its use: `signing` is the one that there is. */
export const secrets = /* sql */ `
CREATE TABLE secrets (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
`;
