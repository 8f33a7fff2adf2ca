import Link from "next/link";
import { shortId } from "./records";

interface IdLinkProps {
  readonly href: string;
  readonly id: string;
  /** Shown on hover. */
  readonly title?: string;
}

/** A link that shows the first characters of an id. */
export const IdLink = ({ href, id, title }: IdLinkProps) => (
  <Link
    // As many as there are rows, and new ones with every session: each would be fetched in advance.
    prefetch={false}
    href={href}
    title={title}
    className="rounded font-mono text-[0.8125rem] font-medium underline decoration-line-strong underline-offset-3 hover:decoration-current"
  >
    {shortId(id)}
  </Link>
);
