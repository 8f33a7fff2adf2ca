import type { Method, Route } from "./routes.js";

export type Match =
  | { readonly found: "route"; readonly route: Route; readonly parameters: Readonly<Record<string, string>> }
  | { readonly found: "path"; readonly allow: readonly string[] }
  | { readonly found: "nothing" };

interface Pattern {
  readonly route: Route;
  /** Literal segments, and parameters by their names. */
  readonly segments: readonly { readonly text: string; readonly isParameter: boolean }[];
}

const patternOf = (route: Route): Pattern => ({
  route,
  segments: segmentsOf(route.path).map((text) =>
    text.startsWith("{") ? { text: text.slice(1, -1), isParameter: true } : { text, isParameter: false },
  ),
});

/** A trailing slash makes no difference, as in Express. */
const segmentsOf = (path: string): readonly string[] =>
  (path.endsWith("/") ? path.slice(0, -1) : path).split("/").slice(1);

const parameterCount = ({ segments }: Pattern): number => segments.filter((one) => one.isParameter).length;

/** Finds the route of a request. `path` and the returned parameters are still encoded. `HEAD` counts as `GET`. */
export type RouteMatcher = (method: string, path: string) => Match;

export const createRouteMatcher = (routes: readonly Route[]): RouteMatcher => {
  // Literal paths come first, so that `…/sessions/health` does not match a session id.
  const patterns = routes.map(patternOf).sort((a, b) => parameterCount(a) - parameterCount(b));
  const byLength = new Map<number, Pattern[]>();
  for (const pattern of patterns) {
    const { length } = pattern.segments;
    byLength.set(length, [...(byLength.get(length) ?? []), pattern]);
  }
  return (method, path) => {
    const segments = segmentsOf(path);
    return matchRoute(byLength.get(segments.length) ?? [], method, segments);
  };
};

/** Each of the patterns has as many segments as the path. */
const matchRoute = (patterns: readonly Pattern[], method: string, segments: readonly string[]): Match => {
  const fitting = patterns.filter((pattern) => fits(pattern, segments));
  if (fitting.length === 0) return { found: "nothing" };
  const match = fitting.find(({ route }) => methodsOf(route).some((one) => one === method));
  if (match === undefined) {
    const allowed = new Set(fitting.flatMap(({ route }) => methodsOf(route)));
    return { found: "path", allow: methods.filter((one) => allowed.has(one)) };
  }
  const parameters: Record<string, string> = {};
  for (const [index, { text, isParameter }] of match.segments.entries())
    if (isParameter) parameters[text] = segments[index] ?? "";
  return { found: "route", route: match.route, parameters };
};

const fits = (pattern: Pattern, segments: readonly string[]): boolean =>
  pattern.segments.every(({ text, isParameter }, index) =>
    isParameter ? segments[index] !== "" : segments[index] === text,
  );

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

/** A stream of events has no `HEAD`, since its length is unknown. */
const methodsOf = ({ method, operation }: Route): readonly (Method | "HEAD")[] =>
  method === "GET" && operation !== "sessionEvents" ? ["GET", "HEAD"] : [method];
