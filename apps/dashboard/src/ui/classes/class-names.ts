import { type ClassValue, clsx } from "clsx";
import { mergeClasses } from "./merge-classes";

/** Joins classes; of two that set the same property the later one wins. */
export const classNames = (...values: ClassValue[]): string => mergeClasses(clsx(values));
