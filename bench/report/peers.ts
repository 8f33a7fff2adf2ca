import { type Figure, oursOf, ratioOf } from "../figure.js";

const head = [
  "## Peers",
  "",
  "Measured on Node 20.20.2, 2 cores, in November 2026, with their stock settings; they are not run again with the rows",
  "above, from which Adjourn's column is taken. Calls came over 10 connections, Adjourn's over 50. A dash: it has no such",
  "thing, or was not measured.",
  "",
  "| | Adjourn | ElizaOS 1.7.2 | Socket.IO 4.8.4 | LangGraph JS server 2.0 (development server) |",
  "|---|---|---|---|---|",
];

const none = "–";

/** A line of the table: what is measured, Adjourn's value, then those of the peers in the order of the head. */
type Line = readonly [measure: string, ours: string, eliza: string, socketIo: string, langGraph: string];

/** Adjourn beside servers that were measured once, on a machine of this kind. */
export const peersTable = (figures: readonly Figure[]): readonly string[] => {
  const byName = new Map(figures.map((figure) => [figure.name, figure]));
  const value = (name: string, of: (figure: Figure) => string): string => {
    const figure = byName.get(name);
    return figure ? of(figure) : none;
  };
  const rate = (name: string) => value(name, (figure) => Math.round(oursOf(figure)).toLocaleString("en-US"));
  const ratio = (name: string) => value(name, (figure) => ratioOf(figure).toFixed(2));
  const amount = (name: string, digits: number) =>
    value(name, (figure) => `${oursOf(figure).toFixed(digits)} ${figure.unit}`);
  const lines: readonly Line[] = [
    ["requests a second: get", rate("REST get"), "1,078", none, "about 4,000"],
    ["create", none, "159", none, none],
    ["heartbeat", rate("REST heartbeat"), "1,206", none, none],
    ["page of 50 messages", rate("REST page of 50"), "229", none, none],
    ["message accepted", none, "63", none, none],
    ["message with a whole reply of an instant model", rate("REST send, reply stored"), "36", none, none],
    ["end", `${rate("REST end")}, on disk`, "about 1,000, in memory only", none, none],
    [
      "a message to the last of 10,000, by plain ws",
      ratio("message to the last of 10000, plain WebSocket"),
      none,
      "1.39",
      none,
    ],
    [
      "an end to the last disconnect of 10,000, by plain ws",
      ratio("end to the last close of 10000, plain WebSocket"),
      none,
      "1.35",
      none,
    ],
    [
      "memory of a client",
      amount("resident memory of each of 10000, plain WebSocket", 1),
      none,
      "15.5 KB",
      none,
    ],
    ["ready after", amount("process start to /readyz, existing database", 0), none, none, "1.7 s"],
    ["memory at start", amount("memory once ready", 0), "434 MB", none, "165 MB"],
    [
      "clients that stay connected after an end",
      "none",
      "5 of 5",
      "none, if disconnected by the server",
      "the stream goes on to its last word",
    ],
    ["a reply under way is stored after the end", "no", "yes", none, "yes"],
  ];
  return [...head, ...lines.map((cells) => `| ${cells.join(" | ")} |`), ""];
};
