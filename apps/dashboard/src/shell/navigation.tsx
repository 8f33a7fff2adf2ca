"use client";

import { Ban, Bot, Gauge, MessagesSquare, SquareCheckBig, Webhook } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { classNames } from "../ui/classes/class-names";

const pages = [
  { href: "/", name: "Overview", icon: Gauge },
  { href: "/sessions", name: "Sessions", icon: MessagesSquare },
  { href: "/endings", name: "Endings", icon: SquareCheckBig },
  { href: "/blocks", name: "Blocks", icon: Ban },
  { href: "/agents", name: "Agents", icon: Bot },
  { href: "/webhooks", name: "Webhooks", icon: Webhook },
] as const;

const isCurrent = (href: string, path: string): boolean =>
  href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);

/** The navigation: at the side of wide pages, at the bottom of narrow ones. */
export const Navigation = () => {
  const path = usePathname();
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-30 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] lg:static lg:border-0 lg:bg-transparent lg:pb-0"
    >
      <ul className="mx-auto grid max-w-md grid-cols-6 lg:max-w-none lg:grid-cols-1 lg:gap-0.5">
        {pages.map(({ href, name, icon: Icon }) => (
          <li key={href}>
            <Link
              href={href}
              aria-current={isCurrent(href, path) ? "page" : undefined}
              className={classNames(
                // From the top: centred, an icon would move when the parser gets to its name.
                "flex h-14 flex-col items-center gap-1 pt-2 text-xs max-[24rem]:text-[0.6875rem] font-medium text-ink-soft -outline-offset-2 hover:text-ink lg:h-9 lg:flex-row lg:gap-2.5 lg:rounded-md lg:px-2.5 lg:pt-0 lg:text-sm lg:hover:bg-sunken",
                "aria-[current=page]:text-accent lg:aria-[current=page]:bg-accent-wash",
              )}
            >
              <Icon aria-hidden="true" className="size-5 lg:size-4" />
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
};
