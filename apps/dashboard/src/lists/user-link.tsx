import Link from "next/link";
import { shortId } from "./records";

interface UserLinkProps {
  readonly userId: string;
  readonly list: "sessions" | "endings";
}

/** A link that shows the first characters of a user's id and leads to the list with that user's entries only. */
export const UserLink = ({ userId, list }: UserLinkProps) => (
  <Link
    // As many as there are rows, and new ones with every session: each would be fetched in advance.
    prefetch={false}
    href={`/${list}?userId=${encodeURIComponent(userId)}`}
    title={`Only ${list} of user ${userId}`}
    className="rounded font-mono text-[0.8125rem] text-ink-soft hover:text-ink hover:underline"
  >
    {shortId(userId)}
  </Link>
);
