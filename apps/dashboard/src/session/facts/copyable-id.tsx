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
  <div className="relative col-span-2">
    <dt className="leading-6">{name}</dt>
    <dd className="font-mono text-xs">
      {href === undefined ? (
        id
      ) : (
        <Link
          href={href}
          className="rounded underline decoration-line-strong underline-offset-3 hover:decoration-current"
        >
          {id}
        </Link>
      )}
      <span className="absolute -top-0.5 -right-1.5">
        <CopyButton name={`${name.toLowerCase()} id`} text={id} />
      </span>
    </dd>
  </div>
);
