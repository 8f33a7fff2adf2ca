import type { SessionInfo } from "../../lists/records";
import { Card, CardHeader } from "../../ui/layout/card";

/** The metadata that the session was created with. Renders nothing where there is none. */
export const SessionMetadata = ({ metadata }: Pick<SessionInfo, "metadata">) => {
  const entries = Object.entries(metadata);
  if (entries.length === 0) return null;
  return (
    <Card aria-labelledby="metadata" className="pb-4">
      <CardHeader id="metadata" title="Metadata" />
      <dl className="mt-3 grid gap-2.5 px-4 wrap-anywhere sm:px-5">
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt className="text-xs text-ink-soft">{name}</dt>
            <dd className="whitespace-pre-wrap">{textOf(value)}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
};

/** Simple values as they are, a list of them on one line, anything deeper as JSON. */
const textOf = (value: unknown): string => {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((item) => typeof item !== "object")) return value.join(", ");
  return JSON.stringify(value, null, 2);
};
