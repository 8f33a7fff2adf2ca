"use client";

import { LogOut } from "lucide-react";
import { reportToOtherTabs } from "../login/other-tabs";
import { Button } from "../ui/button";

export const SignOutButton = () => (
  <form action="/api/sign-out" method="post" onSubmit={() => reportToOtherTabs("out")}>
    <Button kind="quiet" size="icon" type="submit" title="Sign out">
      <LogOut aria-hidden="true" />
      <span className="sr-only">Sign out</span>
    </Button>
  </form>
);
