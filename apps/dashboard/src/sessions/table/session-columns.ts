import type { CSSProperties } from "react";

/** One line on wide pages, a card of some lines on narrow ones. */
export const rowGrid =
  "grid items-center gap-x-3 px-4 grid-cols-[1.5rem_minmax(0,1fr)_auto] md:gap-x-2.5 md:grid-cols-[var(--columns)] xl:gap-x-4 xl:grid-cols-[var(--wide-columns)]";

/** The columns of a table with so many chosen fields of the metadata, for {@link rowGrid}. */
export const columnsStyle = (fields: number): CSSProperties => {
  const who = "minmax(4.5rem,.8fr) minmax(4.5rem,.8fr) minmax(4.5rem,.6fr)";
  const chosen = " minmax(4rem,.8fr)".repeat(fields);
  return {
    "--columns": `1.5rem ${who}${chosen} 4.25rem 4.25rem 2.25rem 2.5rem 2.25rem 6.25rem`,
    "--wide-columns": `1.5rem ${who} minmax(6rem,1.8fr)${chosen} 4.25rem 4.5rem 2.5rem 3rem 2.5rem 6.25rem`,
  } as CSSProperties;
};

export const headings = [
  { name: "Session", className: "" },
  { name: "Agent", className: "" },
  { name: "User", className: "" },
  { name: "Last message", className: "max-xl:hidden" },
] as const;

export const figures = [
  { name: "Age" },
  { name: "Time left", short: "Left" },
  { name: "Messages", short: "Msgs" },
  { name: "Listeners", short: "Listen" },
  { name: "Pending", short: "Pend." },
] as const;
