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
} from "./local-settings.js";
import type { Statement } from "./named-parameters.js";

export interface ConnectionSettings {
  readonly url: string;
  readonly schema?: string | undefined;
}

/** What the connections of a pool know together. */
export interface ServerTraits {
  /** How often the server has said something, to any of them. */
  answers: number;
  /** Whether a pooler was found out by what it did to prepared statements. */
  isPooled: boolean;
}

const int8 = types.builtins.INT8;

/** Times and counts are whole numbers far below the bounds of a double. */
const ownTypes: CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === int8 ? Number : types.getTypeParser(oid, format)),
};

/** @throws UnfitConnectionError where the address names a certificate that is not there, or asks for the impossible */
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
 * One connection, of which one call at a time has the use. Where it leads straight to a server, settings and prepared
 * statements are the connection's. Behind a pooler each transaction may have another server: there settings are each
 * transaction's own, and statements have no names.
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
    this.settings = { schema, statementTimeoutMs: defaultStatementTimeoutMs };
    this.client = createClient(url);
    const lose = (): void => {
      this.isLost = true;
    };
    this.client.on("error", lose);
    this.client.on("end", lose);
  }

  /** Whether another call may have it: it is open, and no transaction is. */
  get isUsable(): boolean {
    return !this.isLost && this.client.getTransactionStatus() === "I";
  }

  /**
   * Once; further calls wait for the same.
   * @throws UnfitConnectionError where what was written through it might not last
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
    // All three at once: it costs no further way there and back.
    const [begun, done, committed] = await Promise.allSettled([
      this.script(beginWith(this.settings)),
      this.send({ text, values }),
      this.send({ text: "COMMIT" }),
    ]);
    if (begun.status === "rejected") throw begun.reason;
    // The commit has rolled it back, as it should; the connection is as good as before.
    if (done.status === "rejected") throw done.reason;
    if (committed.status === "rejected") throw committed.reason;
    this.requireCommit(committed.value);
    return done.value;
  }

  /** What `work` throws rolls it back. */
  async transaction<Result>(work: () => Promise<Result>, statementTimeoutMs?: number): Promise<Result> {
    const settings =
      statementTimeoutMs === undefined ? this.settings : { ...this.settings, statementTimeoutMs };
    await this.script(beginWith(settings));
    let result: Result;
    try {
      result = await work();
    } catch (error) {
      // Where even that fails the connection is not usable any more, and its end undoes the transaction.
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

  /** Says goodbye to the server. */
  close(): void {
    this.isLost = true;
    this.client.end().catch(() => {});
  }

  /** Cuts it, whatever is under way. */
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
    // A pooler answers for many servers, and gives each client a number of its own.
    this.isPooled = this.traits.isPooled || Reflect.get(this.client, "processID") !== row?.pid;
    if (!this.isPooled) await this.script(applySettings(this.settings, "connection"));
    const problem = judgeDurability(await this.readBack());
    if (problem !== null) throw new UnfitConnectionError(problem);
  }

  private async readBack(): Promise<{ readonly commit: string }> {
    const statement = { name: "durability", text: readDurability, values: [] };
    // Step by step: a pooler that hangs up at the first would leave the others with no way to hear why.
    const result = await (this.isPooled
      ? this.transaction(() => this.query(statement))
      : this.run(statement));
    return result.rows[0];
  }

  /** A transaction that failed is rolled back by its commit, without an error: only the tag tells. */
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
      // What it has prepared is of no more use; the next connection starts anew.
      if (hasLostStatements(error) || hasStalePlan(error)) this.isLost = true;
      throw error;
    }
  }
}
