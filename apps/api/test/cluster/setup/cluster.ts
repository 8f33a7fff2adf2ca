import { type ClusterNode, startNode } from "./node-process.js";
import { type RedisServer, startRedis } from "./redis-server.js";
import { openTcpGate, type TcpGate } from "./tcp-gate.js";
import { createTestDatabase, type TestDatabase } from "./test-database.js";
import { Undo } from "./undo.js";

/** Real processes on a Postgres database and a Redis of their own. */
export interface Cluster<Nodes extends readonly ClusterNode[]> extends AsyncDisposable {
  readonly nodes: Nodes;
  readonly redis: RedisServer;
  readonly database: TestDatabase;
  /** The nodes' only way to Postgres. */
  readonly gate: TcpGate;
  /** One more node of the same kind, or one in the place of another. */
  addNode(): Promise<ClusterNode>;
}

type Env = Readonly<Record<string, string>>;
type Two = readonly [ClusterNode, ClusterNode];
type Three = readonly [ClusterNode, ClusterNode, ClusterNode];

const start = async <Nodes extends readonly ClusterNode[]>(
  env: Env,
  startNodes: (addNode: () => Promise<ClusterNode>) => Promise<Nodes>,
): Promise<Cluster<Nodes>> => {
  const undo = new Undo();
  return undo.unless(async () => {
    const redis = undo.use(await startRedis());
    const database = undo.use(await createTestDatabase());
    const gate = undo.use(await openTcpGate(database.url));
    const addNode = async () =>
      undo.use(await startNode({ DATABASE_URL: gate.url, REDIS_URL: redis.url, LOG_LEVEL: "info", ...env }));
    const nodes = await startNodes(addNode);
    return {
      nodes,
      redis,
      database,
      gate,
      addNode,
      [Symbol.asyncDispose]: () => undo[Symbol.asyncDispose](),
    };
  });
};

/** All of them, and not before each has started or failed, so that none is left behind by another's failure. */
const together = async <Starting extends readonly Promise<ClusterNode>[]>(starting: Starting) => {
  await Promise.allSettled(starting);
  return Promise.all(starting);
};

export const startTwoNodes = (env: Env = {}): Promise<Cluster<Two>> =>
  start<Two>(env, (addNode) => together([addNode(), addNode()] as const));

export const startThreeNodes = (env: Env = {}): Promise<Cluster<Three>> =>
  start<Three>(env, (addNode) => together([addNode(), addNode(), addNode()] as const));
