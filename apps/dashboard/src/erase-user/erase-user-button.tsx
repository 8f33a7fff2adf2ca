"use client";

import { UserX } from "lucide-react";
import { useState } from "react";
import { Button } from "../ui/button";
import { loadLater } from "../ui/load-later";

const EraseUserDialog = loadLater(() => import("./erase-user-dialog").then((file) => file.EraseUserDialog), {
  onDemand: true,
});

/** Opens the dialog that erases what is kept of a user. */
export const EraseUserButton = ({ userId }: { readonly userId: string }) => {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button kind="dangerOutline" size="small" onClick={() => setIsOpen(true)} className="print:hidden">
        <UserX aria-hidden="true" />
        Erase user…
      </Button>
      {isOpen && <EraseUserDialog userId={userId} onClosed={() => setIsOpen(false)} />}
    </>
  );
};
