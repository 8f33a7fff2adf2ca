/** One line where there is room, a card of three where there is not. */
export const rowGrid =
  "grid items-center gap-x-3 px-4 grid-cols-[1.25rem_minmax(0,1fr)_auto] md:grid-cols-[1.25rem_minmax(5.5rem,1.1fr)_minmax(5.5rem,1fr)_minmax(5.5rem,1fr)_4.5rem_5rem_3.75rem_3.75rem_3.75rem_7rem] lg:gap-x-4 lg:px-5";

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
