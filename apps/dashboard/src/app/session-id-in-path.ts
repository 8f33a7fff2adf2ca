import { notFound } from "next/navigation";

/** The API looks no longer one up. */
const longestId = 128;

/** The session's id in a path; one that can be none is a page that there is not. */
export const sessionIdInPath = (segment: string): string => {
  const id = decoded(segment);
  return id.length > longestId ? notFound() : id;
};

/** Next has decoded some segments already, and what looks encoded then may not be. */
const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};
