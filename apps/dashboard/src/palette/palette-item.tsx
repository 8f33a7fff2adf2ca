import { Command } from "cmdk";
import type { ComponentProps } from "react";

export const PaletteItem = (props: ComponentProps<typeof Command.Item>) => (
  <Command.Item
    className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5 py-1.5 data-[selected=true]:bg-accent-wash [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-ink-soft"
    {...props}
  />
);
