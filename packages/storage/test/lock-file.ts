import Database from "libsql";

/** A process that locks the given database file against writes and prints `locked`, until it is killed. */
const [path = ""] = process.argv.slice(2);
const database = new Database(path);
database.exec("BEGIN IMMEDIATE");
process.stdout.write("locked\n");
// An open handle keeps the process running until it is killed.
setInterval(() => database.inTransaction, 60_000);
