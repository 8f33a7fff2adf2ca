/** The secrets that all nodes share, by purpose. The only purpose is `signing`. */
export const secrets = /* sql */ `
CREATE TABLE secrets (
  name text COLLATE "C" PRIMARY KEY,
  value text NOT NULL
);
`;
