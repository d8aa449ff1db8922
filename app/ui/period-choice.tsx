import { useSearchParams } from "@remix-run/react";
import { Button, ButtonGroup } from "@shopify/polaris";
import { periodLengths } from "../modules/dashboards/dashboard-page.ts";

/** How many days a dashboard shows; kept in the address, so that a link opens the same. */
export function PeriodChoice({ length }: { length: number }) {
  const [, setParams] = useSearchParams();
  const choose = (days: number) =>
    setParams(
      (params) => {
        params.set("days", String(days));
        return params;
      },
      { replace: true, preventScrollReset: true },
    );
  return (
    <ButtonGroup variant="segmented">
      {periodLengths.map((days) => (
        <Button key={days} pressed={days === length} onClick={() => choose(days)}>
          {`Last ${days} days`}
        </Button>
      ))}
    </ButtonGroup>
  );
}
