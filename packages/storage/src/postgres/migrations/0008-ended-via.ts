/** The way of the call that ended a session: `mcp`, or null for every other. */
export const endedVia = /* sql */ `
ALTER TABLE endings ADD COLUMN via text;
`;
