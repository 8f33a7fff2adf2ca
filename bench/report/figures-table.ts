import { cpuRatioOf, type Figure, floorOf, isMet, judgedOf, oursCpuOf, oursOf, ratioOf } from "../figure.js";

export const shortNumber = (value: number): string => {
  if (!Number.isFinite(value)) return "–";
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
};

const goalOf = ({ goal, unit }: Figure): string => {
  const bound = goal.atLeast === undefined ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`;
  return goal.of === "ratio" ? bound : `${bound} ${unit}`;
};

const figureLine = (figure: Figure): string => {
  const { name, unit } = figure;
  const values = [oursOf, floorOf, ratioOf, oursCpuOf, cpuRatioOf].map((of) => shortNumber(of(figure)));
  const cells = [name, unit, ...values, goalOf(figure), isMet(figure) ? "yes" : "no"];
  return `| ${cells.join(" | ")} |`;
};

export const figuresTable = (figures: readonly Figure[]): readonly string[] => [
  "| measure | unit | Adjourn | floor | ratio | CPU µs | CPU ratio | goal | met |",
  "|---|---|---|---|---|---|---|---|---|",
  ...figures.map(figureLine),
];

/** How near a figure is to its goal: 1 at the goal, more beyond it. */
export const shareOfGoal = (figure: Figure): number => {
  const { atLeast, atMost } = figure.goal;
  const judged = judgedOf(figure);
  if (atLeast !== undefined) return judged / atLeast;
  return atMost === undefined ? 1 : atMost / judged;
};
