import Link from "next/link";
import { buttonClasses } from "../ui/button";

const NotFound = () => (
  <main className="mx-auto flex min-h-dvh max-w-md flex-col items-center justify-center px-6 text-center">
    <h1 className="text-xl font-semibold">There is no such page</h1>
    <p className="mt-1.5 mb-5 text-ink-soft">The address may be mistyped.</p>
    <Link href="/" className={buttonClasses()}>
      To the overview
    </Link>
  </main>
);

export default NotFound;
