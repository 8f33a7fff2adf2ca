import { notFound } from "next/navigation";

/** Limit of the API for the id of a lookup. */
const longestId = 128;

/** The session id of a path segment. Shows the not-found page for an id that is too long. */
export const sessionIdInPath = (segment: string): string => {
  const id = decoded(segment);
  return id.length > longestId ? notFound() : id;
};

/** Decodes a segment. Malformed encoding is kept as it is, since Next has decoded some segments already. */
const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};
