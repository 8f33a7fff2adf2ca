import Link from "next/link";
import { shortId } from "../../lists/records";

interface SessionDividerProps {
  readonly sessionId: string;
  /** It is the session that the page is about. */
  readonly isThis: boolean;
}

/** Stands in a channel's transcript where another of its sessions begins. */
export const SessionDivider = ({ sessionId, isThis }: SessionDividerProps) => (
  <li className="flex items-center gap-3 text-xs text-ink-faint before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
    {isThis ? (
      "This session"
    ) : (
      <span>
        Session{" "}
        <Link
          href={`/sessions/${encodeURIComponent(sessionId)}`}
          title={sessionId}
          className="rounded font-mono underline underline-offset-3"
        >
          {shortId(sessionId)}
        </Link>
      </span>
    )}
  </li>
);
