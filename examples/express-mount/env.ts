export const databaseUrl = process.env.DATABASE_URL ?? "file:./data/express-mount.db";
export const port = Number(process.env.PORT ?? 3_002);
