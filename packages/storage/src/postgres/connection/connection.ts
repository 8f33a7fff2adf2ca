import { Client, type CustomTypesConfig, DatabaseError, type QueryResult, types } from "pg";
import { toDriverAddress } from "./address.js";
import {
  ConnectionLostError,
  hasLostStatements,
  hasStalePlan,
  isOfNetwork,
  UnfitConnectionError,
} from "./failures.js";
import {
  applySettings,
  beginWith,
  defaultStatementTimeoutMs,
  judgeDurability,
  type LocalSettings,
  readDurability,
  shortLockTimeoutMs,
} from "./local-settings.js";
import type { Statement } from "./named-parameters.js";

export interface ConnectionSettings {
  readonly url: string;
  readonly schema?: string | undefined;
}

/** State that the connections of a pool share. */
export interface ServerTraits {
  /** How many messages the server has sent on all connections. */
  answers: number;
  /** Whether a failed prepared statement has revealed a pooler. */
  isPooled: boolean;
}

const int8 = types.builtins.INT8;

/** Times and counts are whole numbers far below the bounds of a double. */
const ownTypes: CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === int8 ? Number : types.getTypeParser(oid, format)),
};

/** @throws UnfitConnectionError where the address names a missing certificate or contradicts itself */
const createClient = (url: string): Client => {
  try {
    return new Client({
      connectionString: toDriverAddress(url),
      application_name: "adjourn",
      connectionTimeoutMillis: 3_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 60_000,
      types: ownTypes,
      pipeline: true,
    });
  } catch (error) {
    throw new UnfitConnectionError(error instanceof Error ? error.message : String(error));
  }
};

/**
 * One connection, used by one call at a time. On a direct connection, settings and prepared statements belong to the
 * connection. Behind a pooler each transaction may run on another server: settings then belong to the transaction, and
 * statements have no names.
 */
export class PostgresConnection {
  private readonly client: Client;
  private readonly settings: LocalSettings;
  private opening: Promise<void> | null = null;
  private isPooled = true;
  private isLost = false;

  constructor(
    { url, schema }: ConnectionSettings,
    private readonly traits: ServerTraits,
  ) {
    this.settings = {
      schema,
      statementTimeoutMs: defaultStatementTimeoutMs,
      lockTimeoutMs: shortLockTimeoutMs,
    };
    this.client = createClient(url);
    const lose = (): void => {
      this.isLost = true;
    };
    this.client.on("error", lose);
    this.client.on("end", lose);
  }

  /** Whether another call may use it: it is open and in no transaction. */
  get isUsable(): boolean {
    return !this.isLost && this.client.getTransactionStatus() === "I";
  }

  /**
   * Opens once; further calls wait for the same result.
   * @throws UnfitConnectionError where its settings do not make commits durable
   */
  open(): Promise<void> {
    this.opening ??= this.openOnce().catch((error: unknown) => {
      this.destroy();
      throw error;
    });
    return this.opening;
  }

  /** A single statement, committed when this returns. */
  async run(statement: Statement): Promise<QueryResult> {
    if (!this.isPooled) return this.send({ ...statement });
    const { text, values } = statement;
    // All three are sent at once, in one round trip.
    const [begun, done, committed] = await Promise.allSettled([
      this.script(beginWith(this.settings)),
      this.send({ text, values }),
      this.send({ text: "COMMIT" }),
    ]);
    if (begun.status === "rejected") throw begun.reason;
    // The COMMIT has rolled the failed transaction back; the connection is usable.
    if (done.status === "rejected") throw done.reason;
    if (committed.status === "rejected") throw committed.reason;
    this.requireCommit(committed.value);
    return done.value;
  }

  /** Rolls back if `work` throws. `changed` are the settings that differ from the connection's. */
  async transaction<Result>(
    work: () => Promise<Result>,
    changed: Partial<LocalSettings> = {},
  ): Promise<Result> {
    await this.script(beginWith({ ...this.settings, ...changed }));
    let result: Result;
    try {
      result = await work();
    } catch (error) {
      // If the rollback fails too, closing the connection undoes the transaction.
      await this.script("ROLLBACK").catch(() => this.destroy());
      throw error;
    }
    await this.commit();
    return result;
  }

  /** Within a transaction. */
  query(statement: Statement): Promise<QueryResult> {
    const { text, values } = statement;
    return this.send(this.isPooled ? { text, values } : { ...statement });
  }

  /** Several statements without parameters. */
  async script(text: string): Promise<void> {
    await this.send({ text });
  }

  /** Ends the connection in an orderly way. */
  close(): void {
    this.isLost = true;
    this.client.end().catch(() => {});
  }

  /** Closes the connection at once, whatever is in progress. */
  destroy(): void {
    this.isLost = true;
    this.client.connection.stream.destroy();
  }

  private async openOnce(): Promise<void> {
    try {
      await this.client.connect();
    } catch (error) {
      if (!(error instanceof Error) || error instanceof DatabaseError) throw error;
      throw isOfNetwork(error) ? new ConnectionLostError(error) : new UnfitConnectionError(error.message);
    }
    const [row] = (await this.send({ text: "SELECT pg_backend_pid() AS pid" })).rows;
    // A pooler stands for many servers and reports a backend number of its own.
    this.isPooled = this.traits.isPooled || Reflect.get(this.client, "processID") !== row?.pid;
    if (!this.isPooled) await this.script(applySettings(this.settings, "connection"));
    const problem = judgeDurability(await this.readBack());
    if (problem !== null) throw new UnfitConnectionError(problem);
  }

  private async readBack(): Promise<{ readonly commit: string }> {
    const statement = { name: "durability", text: readDurability, values: [] };
    // One after the other: if a pooler closes the connection at the first, the others would hide its reason.
    const result = await (this.isPooled
      ? this.transaction(() => this.query(statement))
      : this.run(statement));
    return result.rows[0];
  }

  /** The COMMIT of a failed transaction rolls it back without an error; only the command tag shows that. */
  private async commit(): Promise<void> {
    this.requireCommit(await this.send({ text: "COMMIT" }));
  }

  private requireCommit({ command }: QueryResult): void {
    if (command === "COMMIT") return;
    this.destroy();
    throw new ConnectionLostError(new Error(`The commit was answered with ${command}`));
  }

  private async send(query: Partial<Statement> & { readonly text: string }): Promise<QueryResult> {
    try {
      const result = await this.client.query(query);
      this.traits.answers++;
      return result;
    } catch (error) {
      if (!(error instanceof DatabaseError)) {
        this.isLost = true;
        throw new ConnectionLostError(error);
      }
      this.traits.answers++;
      if (hasLostStatements(error)) this.traits.isPooled = true;
      // Its prepared statements are unusable; the next connection prepares them again.
      if (hasLostStatements(error) || hasStalePlan(error)) this.isLost = true;
      throw error;
    }
  }
}
