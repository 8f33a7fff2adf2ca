import { LogOut } from "lucide-react";
import { Button } from "../ui/button";

export const SignOutButton = () => (
  <form action="/api/sign-out" method="post">
    <Button kind="quiet" size="icon" type="submit" title="Sign out">
      <LogOut aria-hidden="true" />
      <span className="sr-only">Sign out</span>
    </Button>
  </form>
);
