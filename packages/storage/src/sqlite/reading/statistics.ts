import type { EndingCause, StatisticsRange, StoredStatistics } from "@adjourn/sessions";
import { type AgentRow, placeOf, StatisticsSum } from "../../sql/statistics.js";
import type { Parameters, SqliteConnection } from "../connection/connection.js";
import { nextTurn } from "./search-index.js";

/** Rows that are read in one turn of the event loop. */
const rowsPerTurn = 1_000;

/** A table in the order of its index by time. */
interface Table {
  readonly name: "sessions" | "endings";
  readonly time: "created_at" | "ended_at";
}

interface Place {
  readonly time: number;
  readonly id: string;
}

const slice = ({ name, time }: Table): string => `FROM ${name} INDEXED BY ${name}_by_${
  time === "created_at" ? "creation" : "time"
}
  WHERE (${time}, session_id) > (:afterTime, :afterId) AND (${time}, session_id) <= (:lastTime, :lastId)`;

/** The last row of the next turn; none if fewer rows are left. */
const boundary = ({ name, time }: Table): string => `SELECT ${time} AS time, session_id AS id FROM ${name}
  WHERE (${time}, session_id) > (:afterTime, :afterId) ORDER BY ${time}, session_id LIMIT 1 OFFSET ${rowsPerTurn - 1}`;

const sessions: Table = { name: "sessions", time: "created_at" };
const endings: Table = { name: "endings", time: "ended_at" };

const statements = {
  sessions: `SELECT ${placeOf("max", "created_at")} AS created, agent_id, count(*) AS count,
      sum(expires_at > :now) AS sessions, 0 AS replies, sum(input_tokens) FILTER (WHERE created_at <= :to) AS input_tokens,
      sum(output_tokens) FILTER (WHERE created_at <= :to) AS output_tokens
    ${slice(sessions)} GROUP BY agent_id, created`,
  endings: `SELECT ${placeOf("max", "created_at")} AS created, ${placeOf("max", "ended_at")} AS ended, cause, agent_id,
      count(*) AS count, 0 AS sessions, 0 AS replies, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens
    ${slice(endings)} AND created_at <= :to GROUP BY agent_id, cause, created, ended`,
  replies: `SELECT agent_id, 0 AS sessions, count(*) AS replies, 0 AS input_tokens, 0 AS output_tokens
    FROM replies JOIN sessions USING (session_id) WHERE held_until > :now AND expires_at > :now GROUP BY agent_id`,
} as const;

const boundaries = { sessions: boundary(sessions), endings: boundary(endings) } as const;

type Read = <Result>(work: (connection: SqliteConnection, now: number) => Result) => Promise<Result>;

/** Sessions of one agent, with the same places and cause. Live ones have no `ended`. */
interface GroupRow extends AgentRow {
  readonly created: number;
  readonly ended?: number;
  readonly cause?: EndingCause;
  readonly count: number;
}

const addGroup = (sum: StatisticsSum, row: GroupRow): void => {
  sum.addCreated(row.created, row.count);
  if (row.ended !== undefined && row.cause !== undefined) sum.addEnded(row.ended, row.cause, row.count);
  sum.addAgent(row);
};

/** Reads as many rows in a turn as do not hold up other calls. */
export const readStatistics = async (read: Read, range: StatisticsRange): Promise<StoredStatistics> => {
  const sum = new StatisticsSum(range);
  const addAll = async (table: Table, first: Place): Promise<void> => {
    for (let place: Place | undefined = first; place; ) {
      const from: Place = place;
      place = await read((db, now) => {
        const last = db.get<Place>(boundaries[table.name], { afterTime: from.time, afterId: from.id });
        const parameters = parametersOf(range, from, last ?? afterAll, now);
        for (const row of db.all<GroupRow>(statements[table.name], parameters)) addGroup(sum, row);
        return last;
      });
      await nextTurn();
    }
  };
  await addAll(sessions, beforeAll);
  await addAll(endings, { time: range.from, id: "" });
  for (const row of await read((db, now) => db.all<AgentRow>(statements.replies, { now }))) sum.addAgent(row);
  return sum.result();
};

const beforeAll: Place = { time: 0, id: "" };
const afterAll: Place = { time: Number.MAX_SAFE_INTEGER, id: "" };

const parametersOf = (range: StatisticsRange, from: Place, last: Place, now: number): Parameters => ({
  ...range,
  now,
  afterTime: from.time,
  afterId: from.id,
  lastTime: last.time,
  lastId: last.id,
});
