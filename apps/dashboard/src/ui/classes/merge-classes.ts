import { createTailwindMerge } from "tailwind-merge";

type Test = (value: string) => boolean;

const any: Test = () => true;
const matches =
  (pattern: RegExp): Test =>
  (value) =>
    pattern.test(value);

const isTextSize = matches(/^(?:xs|sm|base|lg|\d?xl|\[[\d.]+(?:rem|em|px)\])$/);
const isTextAlign = matches(/^(?:left|center|right)$/);
const isWeight = matches(/^(?:normal|medium|semibold|bold)$/);
const isWidth = matches(/^(?:\d+|\[\d+px\])$/);
const isStyle = matches(/^(?:solid|dashed|dotted|none)$/);
const isRingWidth = matches(/^\d*$/);
const notKeyword = (keywords: RegExp): Test => {
  const isKeyword = matches(keywords);
  return (value) => !isKeyword(value);
};

const sides = ["x", "y", "t", "r", "b", "l"] as const;
const borderSides = ["t", "r", "b", "l"].map((side) => `border-${side}`);
const roundedSides = ["t", "r", "b", "l", "tl", "tr", "bl", "br"].map((side) => `rounded-${side}`);

/** Each makes a group of the classes that begin with it. */
const prefixes = [
  ..."m p w h size min-w min-h max-w max-h gap gap-x gap-y inset inset-x inset-y top right bottom left z".split(
    " ",
  ),
  ..."opacity items grid-cols grid-rows leading tracking order bg col-start col-end col-span row-start".split(
    " ",
  ),
  ..."justify-self place-items content underline-offset decoration animate transition duration cursor".split(
    " ",
  ),
  ..."pointer-events translate-y outline-offset whitespace overflow-x overflow-y break shrink".split(" "),
  ..."line-clamp scroll-mt".split(" "),
  ...["m", "p"].flatMap((one) => sides.map((side) => one + side)),
];
/** Likewise, and the bare prefix (`rounded`) belongs to the group too. */
const words = ["rounded", "shadow", ...roundedSides, ...borderSides];

const displays = [
  "block",
  "inline-block",
  "inline",
  "flex",
  "inline-flex",
  "grid",
  "inline-grid",
  "hidden",
  "contents",
];
const positions = ["static", "fixed", "absolute", "relative", "sticky"];

/**
 * tailwind-merge with the groups of classes that are passed to a component to replace its own, which is a third of its
 * size. `merge-classes.test.ts` compares it with the whole for every pair of classes in these pages.
 */
export const mergeClasses = createTailwindMerge(() => ({
  cacheSize: 500,
  theme: {},
  classGroups: {
    ...Object.fromEntries(prefixes.map((prefix) => [prefix, [{ [prefix]: [any] }]])),
    ...Object.fromEntries(words.map((word) => [word, [{ [word]: ["", any] }]])),
    "flex-direction": ["flex-row", "flex-col", "flex-row-reverse", "flex-col-reverse"],
    flex: [{ flex: [matches(/^(?:\d+|none|auto)$/)] }],
    display: displays,
    position: positions,
    "font-size": [{ text: [isTextSize] }],
    "text-align": [{ text: [isTextAlign] }],
    "text-color": [{ text: [any] }],
    "font-weight": [{ font: [isWeight] }],
    "font-family": [{ font: [any] }],
    "border-w": [{ border: ["", isWidth] }],
    "border-style": [{ border: [isStyle] }],
    "border-color": [{ border: [any] }],
    "outline-w": [{ outline: ["", isWidth] }],
    "ring-w": [{ ring: [isRingWidth] }],
    justify: [{ justify: [notKeyword(/^(?:self|items)-/)] }],
    overflow: [{ overflow: [notKeyword(/^[xy]-/)] }],
  },
  conflictingClassGroups: {
    ...Object.fromEntries(
      ["m", "p"].flatMap((one) => [
        [one, sides.map((side) => one + side)],
        [`${one}x`, [`${one}l`, `${one}r`]],
        [`${one}y`, [`${one}t`, `${one}b`]],
      ]),
    ),
    size: ["w", "h"],
    inset: ["inset-x", "inset-y", "top", "right", "bottom", "left"],
    "inset-x": ["left", "right"],
    "inset-y": ["top", "bottom"],
    gap: ["gap-x", "gap-y"],
    overflow: ["overflow-x", "overflow-y"],
    "font-size": ["leading"],
    "line-clamp": ["display", "overflow"],
    flex: ["shrink"],
    "border-w": borderSides,
    rounded: roundedSides,
    "rounded-t": ["rounded-tl", "rounded-tr"],
    "rounded-r": ["rounded-tr", "rounded-br"],
    "rounded-b": ["rounded-bl", "rounded-br"],
    "rounded-l": ["rounded-tl", "rounded-bl"],
  },
  conflictingClassGroupModifiers: { "font-size": ["leading"] },
  orderSensitiveModifiers: [
    "before",
    "after",
    "placeholder",
    "file",
    "marker",
    "selection",
    "first-line",
    "first-letter",
    "backdrop",
    "*",
    "**",
  ],
}));
