import { StoreUnavailableError } from "@adjourn/sessions";
import Database from "libsql";

/** Values that can be bound. The driver aborts the process on a boolean. */
export type Parameters = Readonly<Record<string, string | number | null>>;

type DriverStatement = ReturnType<InstanceType<typeof Database>["prepare"]>;

interface Statement {
  readonly driver: DriverStatement;
  readonly columns: readonly string[];
}

/** Builds a row from its values. The driver builds an object in nearly twice the time of an array of the same values. */
export const toRow = <Row>(columns: readonly string[], values: unknown): Row => {
  const row: Record<string, unknown> = {};
  (values as readonly unknown[]).forEach((value, i) => {
    row[columns[i] ?? ""] = value;
  });
  return row as Row;
};

/** Primary result codes for failures of the file, not of the statement. */
const storageFailures = new Set(
  ["BUSY", "LOCKED", "NOMEM", "READONLY", "IOERR", "CORRUPT", "FULL", "CANTOPEN", "PROTOCOL", "NOTADB"].map(
    (name) => `SQLITE_${name}`,
  ),
);

/**
 * How long to wait for another program's lock on the file, which blocks the event loop. Only at the start, where nothing
 * else is waiting; later {@link SqliteConnection.dontWait} disables it.
 */
const startBusyTimeoutMs = 1_000;

/**
 * A connection that prepares each statement once. All calls block, and throw where the disk fails. `Row` names the
 * columns that a statement returns; rows are not validated at run time. The tables are STRICT and this package's own, so that a
 * column holds the type that its table declares, and the store contract runs every statement.
 */
export class SqliteConnection {
  private readonly database: InstanceType<typeof Database>;
  private readonly statements = new Map<string, Statement>();

  constructor(readonly path: string) {
    this.database = new Database(path, { timeout: startBusyTimeoutMs });
  }

  /** From now on a locked file fails a call at once. */
  dontWait(): void {
    this.exec("PRAGMA busy_timeout = 0");
  }

  get inTransaction(): boolean {
    return this.database.inTransaction;
  }

  /** Every statement prepared so far. */
  get prepared(): readonly string[] {
    return [...this.statements.keys()];
  }

  exec(sql: string): void {
    this.database.exec(sql);
  }

  /** The first row. A statement that writes still writes all of its rows. */
  get<Row>(sql: string, parameters: Parameters = {}): Row | undefined {
    return this.withStatement(sql, ({ driver, columns }) => {
      const values = driver.get(parameters);
      return values === undefined ? undefined : toRow<Row>(columns, values);
    });
  }

  all<Row>(sql: string, parameters: Parameters = {}): Row[] {
    return this.withStatement(sql, ({ driver, columns }) =>
      driver.all(parameters).map((values) => toRow<Row>(columns, values)),
    );
  }

  /** How many rows were changed. */
  run(sql: string, parameters: Parameters = {}): number {
    return this.withStatement(sql, ({ driver }) => driver.run(parameters).changes);
  }

  close(): void {
    this.statements.clear();
    this.database.close();
  }

  private withStatement<Result>(sql: string, use: (statement: Statement) => Result): Result {
    const statement = this.statements.get(sql) ?? this.prepare(sql);
    try {
      return use(statement);
    } catch (error) {
      // The driver does not reset a statement that failed: used again it would run with the old parameters.
      this.statements.delete(sql);
      throw error;
    }
  }

  private prepare(sql: string): Statement {
    const driver = this.database.prepare(sql);
    const columns = driver.columns().map(({ name }: { readonly name: string }) => name);
    const statement = { driver: columns.length > 0 ? driver.raw() : driver, columns };
    this.statements.set(sql, statement);
    return statement;
  }
}

const primaryCode = (error: unknown): string => {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code.split("_").slice(0, 2).join("_");
};

/** Whether the disk or the file failed, not the statement. */
export const isStorageFailure = (error: unknown): boolean => storageFailures.has(primaryCode(error));

export const isBusy = (error: unknown): boolean => primaryCode(error) === "SQLITE_BUSY";

export const storeUnavailable = (cause: unknown): StoreUnavailableError =>
  new StoreUnavailableError("The database could not be read or written", { cause });
