import Link from "next/link";
import { CopyButton } from "./copy-button";

interface CopyableIdProps {
  /** "User" or "Channel". */
  readonly name: string;
  readonly id: string;
  /** A page about it, if there is one. */
  readonly href?: string;
}

/** A whole id on a line of its own, with a button that copies it. Stands in a list of facts. */
export const CopyableId = ({ name, id, href }: CopyableIdProps) => (
  <div className="col-span-2">
    <dt>{name}</dt>
    <dd className="flex items-center gap-1 font-mono text-xs">
      {href === undefined ? (
        <span className="min-w-0">{id}</span>
      ) : (
        <Link
          href={href}
          className="min-w-0 rounded underline decoration-line-strong underline-offset-3 hover:decoration-current"
        >
          {id}
        </Link>
      )}
      <CopyButton name={`${name.toLowerCase()} id`} text={id} />
    </dd>
  </div>
);
