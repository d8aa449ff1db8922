import { ActionList, Button, Popover } from "@shopify/polaris";
import { useState } from "react";

export interface MenuItem {
  label: string;
  isDestructive?: boolean;
  do?: () => void;
  /** Another page. */
  to?: string;
}

/** What can be done with one thing of a table, folded away. */
export function StaffMenu({ label, items }: { label: string; items: readonly MenuItem[] }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover
      active={isOpen}
      onClose={() => setOpen(false)}
      preferredAlignment="right"
      activator={
        <Button
          size="slim"
          disclosure
          onClick={() => setOpen((before) => !before)}
          accessibilityLabel={`Actions for ${label}`}
        >
          Actions
        </Button>
      }
    >
      <ActionList
        actionRole="menuitem"
        items={items.map(({ label: content, isDestructive, to, do: act }) => ({
          content,
          destructive: isDestructive === true,
          ...(to ? { url: to } : {}),
          onAction: () => {
            setOpen(false);
            act?.();
          },
        }))}
      />
    </Popover>
  );
}
