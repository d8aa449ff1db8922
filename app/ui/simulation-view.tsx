import { BlockStack, Text } from "@shopify/polaris";
import type { SimulatedAlarm, SimulatedIncident, Simulation } from "../modules/checks/simulate-check.ts";
import { StaffTable } from "./staff-table.tsx";

const outcomes: Record<SimulatedIncident["outcome"], string> = {
  kept: "Seen by both",
  lost: "No longer seen",
  gained: "Newly seen",
  seen_by_neither: "Seen by neither",
};

const times = (count: number, one: string) => `${count} ${count === 1 ? one : `${one}s`}`;

/** What a setting would have brought over the last days, against the one that holds. */
export function SimulationView({ simulation }: { simulation: Simulation }) {
  const { days, from, to, current, proposed, gained, lost, changed, incidents } = simulation;
  const real = incidents.filter(({ kind }) => kind === "real");
  const noise = incidents.filter(({ kind }) => kind === "noise");
  const lostReal = real.filter(({ outcome }) => outcome === "lost").length;
  const quieted = noise.filter(({ outcome }) => outcome === "lost").length;
  const rows: [string, SimulatedAlarm, string][] = [
    ...gained.map((alarm): [string, SimulatedAlarm, string] => ["New alarm", alarm, alarm.severity]),
    ...lost.map((alarm): [string, SimulatedAlarm, string] => ["No alarm any more", alarm, alarm.severity]),
    ...changed.map((alarm): [string, SimulatedAlarm, string] => [
      "Another severity",
      alarm,
      `${alarm.before} → ${alarm.severity}`,
    ]),
  ];
  return (
    <BlockStack gap="300">
      <Text as="p" fontWeight="medium">
        {days === 0 || from === null
          ? "There is no day to try it on yet."
          : `${times(days ?? 0, "day")}, ${from} to ${to}: ${times(current.events, "alarm")} as it is, ${times(proposed.events, "alarm")} with this.`}
      </Text>
      {real.length > 0 ? (
        <Text as="p" {...(lostReal > 0 ? { tone: "critical" as const } : {})}>
          {lostReal === 0
            ? `Of ${times(real.length, "real incident")}, none is lost.`
            : `${lostReal} of ${times(real.length, "real incident")} would not have been seen.`}
        </Text>
      ) : null}
      {noise.length > 0 ? (
        <Text as="p">
          {quieted} of {times(noise.length, "false alarm")} would not have come.
        </Text>
      ) : null}
      {rows.length > 0 ? (
        <StaffTable
          label="Days that change"
          columns={["Day", "Change", "Severity", "What it says"].map((title) => ({ title }))}
        >
          {rows.map(([change, { day, sentence }, severity]) => (
            <tr key={`${change} ${day}`}>
              <th scope="row">{day}</th>
              <td>{change}</td>
              <td>{severity}</td>
              <td>{sentence}</td>
            </tr>
          ))}
        </StaffTable>
      ) : days ? (
        <Text as="p" tone="subdued">
          No day changes.
        </Text>
      ) : null}
      {incidents.length > 0 ? (
        <StaffTable
          label="Incidents of that time"
          columns={["Days", "Was", "Now"].map((title) => ({ title }))}
        >
          {incidents.map(({ id, firstDay, lastDay, kind, outcome }) => (
            <tr key={id}>
              <th scope="row">{firstDay === lastDay ? firstDay : `${firstDay} to ${lastDay}`}</th>
              <td>{kind === "real" ? "Real" : "Called expected or false"}</td>
              <td>{outcomes[outcome]}</td>
            </tr>
          ))}
        </StaffTable>
      ) : null}
      <Text as="p" tone="subdued">
        Judged on the days as they are stored now. What was mended since cannot be seen.
      </Text>
    </BlockStack>
  );
}
