import { type Figure, isMet, judgedOf } from "../figure.js";
import { shareOfGoal } from "./figures-table.js";

const width = 840;
const labelWidth = 470;
const rowHeight = 22;
const barsWidth = width - labelWidth - 70;
/** The goal's place on the axis; bars end at twice the goal. */
const goalX = labelWidth + barsWidth / 2;

const escapeText = (text: string): string => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** A bar for each figure, with the goal as a line: a bar that reaches it has met it. Readable in light and dark. */
export const ratioChart = (figures: readonly Figure[]): string => {
  const height = figures.length * rowHeight + 30;
  const rows = figures.map((figure, index) => {
    const y = 24 + index * rowHeight;
    const length = (Math.min(2, Math.max(0, shareOfGoal(figure))) / 2) * barsWidth;
    const judged = judgedOf(figure);
    const shown = judged >= 100 ? judged.toFixed(0) : judged.toFixed(2);
    const value = figure.goal.of === "ratio" ? shown : `${shown} ${figure.unit}`;
    return [
      `<text x="${labelWidth - 8}" y="${y + 12}" text-anchor="end">${escapeText(figure.name)}</text>`,
      `<rect class="${isMet(figure) ? "met" : "missed"}" x="${labelWidth}" y="${y}" width="${length.toFixed(1)}" height="15" rx="2"/>`,
      `<text x="${labelWidth + length + 6}" y="${y + 12}">${escapeText(value)}</text>`,
    ].join("\n");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Each measure as a share of its goal">
<style>
text { font: 12px system-ui, sans-serif; fill: #57606a; }
.met { fill: #2da44e; }
.missed { fill: #bf8700; }
line { stroke: #8c959f; stroke-dasharray: 3 3; }
@media (prefers-color-scheme: dark) { text { fill: #adbac7; } }
</style>
<text x="${goalX}" y="12" text-anchor="middle">goal</text>
<line x1="${goalX}" y1="18" x2="${goalX}" y2="${height}"/>
${rows.join("\n")}
</svg>
`;
};
