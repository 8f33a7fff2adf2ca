export { mutants } from "./mutants/mutants.js";
export { type Failure, runSchedule } from "./run-schedule.js";
export { drawSchedule, largeSize, type Schedule } from "./schedule.js";
export { shrink } from "./shrink.js";
