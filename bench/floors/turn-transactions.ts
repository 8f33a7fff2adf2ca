import Database from "libsql";

/** A database file as durable as ours, and one transaction for all writes of a turn of the event loop. */
export const openDatabase = (file: string) => {
  const database = new Database(file);
  for (const pragma of ["journal_mode = WAL", "synchronous = FULL", "cache_size = -32768"])
    database.exec(`PRAGMA ${pragma}`);
  return database;
};

type Work = () => void;

/** Runs works in the next transaction, and calls back after its commit. */
export const createTurns = (database: InstanceType<typeof Database>) => {
  let waiting: { work: Work; committed: Work }[] = [];
  const flush = () => {
    const batch = waiting;
    waiting = [];
    database.exec("BEGIN IMMEDIATE");
    for (const { work } of batch) work();
    database.exec("COMMIT");
    for (const { committed } of batch) committed();
  };
  return (work: Work, committed: Work) => {
    if (waiting.push({ work, committed }) === 1) setImmediate(flush);
  };
};
