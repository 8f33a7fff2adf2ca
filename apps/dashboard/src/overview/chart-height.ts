/** Of a card with a chart, whose code or figures may still be loading: nothing below it moves when they come. */
export const chartHeight = "min-h-86";
