import type { CSSProperties } from "react";

/** One line on wide pages, a card of some lines on narrow ones. */
export const rowGrid =
  "grid items-center gap-x-3 px-4 grid-cols-[1.5rem_minmax(0,1fr)_auto] md:gap-x-2.5 md:grid-cols-[var(--columns)] xl:gap-x-[var(--wide-gap)] xl:grid-cols-[var(--wide-columns)] 2xl:gap-x-4 2xl:grid-cols-[var(--full-columns)]";

/** Of the chosen fields of the metadata, a page that is not wide shows so many. */
const mostFieldsUnlessWide = 2;

/**
 * The columns of a table with so many chosen fields of the metadata, for {@link rowGrid}. So that the table fits into the
 * page, the fields take the place of others: see {@link countClass}, {@link messageClass} and {@link fieldClass}.
 */
export const tableLayout = (fields: number) => {
  const who = "minmax(4.5rem,.8fr) minmax(4.5rem,.8fr) minmax(4.5rem,.6fr)";
  const message = " minmax(6rem,1.8fr)";
  const chosen = (count: number) => " minmax(3.5rem,.8fr)".repeat(count);
  const counts = fields > 0 ? "" : " 2.25rem 2.5rem 2.25rem";
  const wideFigures = "4.25rem 4.5rem 2.5rem 3rem 2.5rem 6.25rem";
  const isCrowded = fields > 1;
  return {
    "data-fields": fields === 0 ? undefined : isCrowded ? "many" : "one",
    style: {
      "--columns": `1.5rem ${who}${chosen(Math.min(fields, mostFieldsUnlessWide))} 4.25rem 4.25rem${counts} 6.25rem`,
      "--wide-columns": `1.5rem ${who}${isCrowded ? "" : message}${chosen(fields)} ${wideFigures}`,
      "--full-columns": `1.5rem ${who}${message}${chosen(fields)} ${wideFigures}`,
      "--wide-gap": isCrowded ? "0.625rem" : "1rem",
    } as CSSProperties,
  };
};

export const countClass = "md:max-xl:group-data-[fields]/table:hidden";
export const messageClass = "xl:max-2xl:group-data-[fields=many]/table:hidden";
export const fieldClass = (index: number): string => (index < mostFieldsUnlessWide ? "" : "md:max-xl:hidden");

export const headings = [
  { name: "Session", className: "" },
  { name: "Agent", className: "" },
  { name: "User", className: "" },
  { name: "Last message", className: `max-xl:hidden ${messageClass}` },
] as const;

export const figures = [
  { name: "Age", className: "" },
  { name: "Time left", short: "Left", className: "" },
  { name: "Messages", short: "Msgs", className: countClass },
  { name: "Listeners", short: "Listen", className: countClass },
  { name: "Pending", short: "Pend.", className: countClass },
] as const;
