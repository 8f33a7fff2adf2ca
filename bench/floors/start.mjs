import { createServer } from "node:http";
import Database from "libsql";

/** A bare server with an open database. */
const [port = "", file = ""] = process.argv.slice(2);
const database = new Database(file);
database.exec("PRAGMA journal_mode = WAL");
database.prepare("SELECT 1").get();
createServer((_, response) => response.end("{}")).listen(Number(port), "127.0.0.1");
