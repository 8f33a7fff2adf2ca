interface Shortcut {
  readonly keys: readonly string[];
  /** Other keys that do the same, or its opposite. */
  readonly or?: readonly string[];
  readonly does: string;
}

/** The keys that the help names. */
export const shortcutList: readonly Shortcut[] = [
  { keys: ["/"], does: "Search" },
  { keys: ["j"], or: ["k"], does: "Next or previous session" },
  { keys: ["x"], does: "Select the session" },
  { keys: ["Shift", "x"], does: "Select all from the last one" },
  { keys: ["e"], does: "End the selected sessions, the one in focus, or the page's" },
  { keys: ["Enter"], does: "Open the session in focus" },
  { keys: ["Esc"], does: "Clear the selection" },
  { keys: ["Ctrl", "K"], or: ["⌘", "K"], does: "Command palette" },
  { keys: ["?"], does: "This help" },
];
