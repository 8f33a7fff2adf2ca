import Database from "libsql";

/** A process that keeps all others from writing to the database file it is given, and says `locked`, until it is killed. */
const [path = ""] = process.argv.slice(2);
const database = new Database(path);
database.exec("BEGIN IMMEDIATE");
process.stdout.write("locked\n");
// An open handle: the process lives until it is killed.
setInterval(() => database.inTransaction, 60_000);
