/** The height of a chart card, reserved while its code or figures load so that nothing below it moves. */
export const chartHeight = "min-h-86";
