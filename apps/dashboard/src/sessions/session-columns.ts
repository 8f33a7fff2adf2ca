/** One line on wide pages, a card of three lines on narrow ones. */
export const rowGrid =
  "grid items-center gap-x-3 px-4 grid-cols-[1.25rem_minmax(0,1fr)_auto] md:gap-x-2.5 md:grid-cols-[1.25rem_minmax(4.5rem,1fr)_minmax(4.5rem,1fr)_minmax(4.5rem,1fr)_3.75rem_4rem_2.25rem_2.5rem_2.25rem_6.75rem] lg:px-5 xl:gap-x-4 xl:grid-cols-[1.25rem_minmax(5.5rem,1.1fr)_minmax(5.5rem,1fr)_minmax(5.5rem,1fr)_4.5rem_5rem_4.5rem_4.5rem_4.5rem_7rem]";

export const headings = [
  { name: "Session", className: "" },
  { name: "Agent", className: "" },
  { name: "User", className: "" },
  { name: "Age", className: "text-right" },
  { name: "Time left", className: "text-right" },
  { name: "Messages", short: "Msgs", className: "text-right" },
  { name: "Listeners", short: "Listen", className: "text-right" },
  { name: "Pending", short: "Pend.", className: "text-right" },
] as const;
