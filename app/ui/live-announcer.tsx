import { Text } from "@shopify/polaris";
import { useEffect, useRef, useState } from "react";
import { announceChanges } from "./announce-changes.ts";

type Heard = Parameters<typeof announceChanges>[0];

/** Tells a screen reader, politely, what a refresh changed. Draws nothing and never takes the focus. */
export function LiveAnnouncer(heard: Heard) {
  const before = useRef(heard);
  const [words, setWords] = useState("");
  useEffect(() => {
    const news = announceChanges(before.current, heard);
    before.current = heard;
    if (news) setWords(news);
  }, [heard]);
  return (
    <div role="status" aria-live="polite">
      <Text as="p" visuallyHidden>
        {words}
      </Text>
    </div>
  );
}
