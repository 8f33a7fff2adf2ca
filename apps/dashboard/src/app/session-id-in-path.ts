import { notFound } from "next/navigation";

/** The API accepts no longer id. */
const longestId = 128;

/** The session's id in a path; one that can be none is a page that there is not. */
export const sessionIdInPath = (segment: string): string => {
  const id = decoded(segment);
  return id.length > longestId ? notFound() : id;
};

/** Next has decoded some segments already; a `%` in one of those is literal. */
const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};
