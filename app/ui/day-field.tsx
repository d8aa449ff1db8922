import { Button, DatePicker, Popover, TextField } from "@shopify/polaris";
import { useState } from "react";
import styles from "./day-field.module.css";
import { dayOfLocalDate, localDateOf } from "./local-date.ts";

interface DayFieldProps {
  id: string;
  label: string;
  /** `2026-11-24`, or empty. */
  day: string;
  /** The day whose month the calendar opens with while none is entered. */
  shownDay: string;
  onChange: (day: string) => void;
  /** A day was chosen, or typed and left: not on every digit of it. */
  onSettled?: (day: string) => void;
  problem: string | undefined;
  /** The calendar offers no other days. */
  limits?: { earliestDate: string; latestDate: string };
}

/** Whether a field's calendar is open: Escape closes it and not what lies under it. */
export const isCalendarOpen = (): boolean => document.querySelector("[data-day-calendar]") !== null;

/** A shop day, typed or chosen from a calendar. */
export function DayField({ id, label, day, shownDay, onChange, onSettled, problem, limits }: DayFieldProps) {
  const [calendar, setCalendar] = useState<{ month: number; year: number } | null>(null);
  const selected = localDateOf(day);
  const buttonId = `${id}-calendar`;
  const earliest = limits && localDateOf(limits.earliestDate);
  const latest = limits && localDateOf(limits.latestDate);

  const open = () => {
    const shown = selected ?? localDateOf(shownDay) ?? new Date();
    setCalendar({ month: shown.getMonth(), year: shown.getFullYear() });
  };
  const choose = (date: Date) => {
    const chosen = dayOfLocalDate(date);
    onChange(chosen);
    onSettled?.(chosen);
    setCalendar(null);
    document.getElementById(buttonId)?.focus();
  };

  return (
    <div className={styles.field}>
      <TextField
        id={id}
        type="date"
        label={label}
        value={day}
        onChange={onChange}
        onBlur={() => day && onSettled?.(day)}
        max="9999-12-31"
        autoComplete="off"
        error={problem ?? false}
        connectedRight={
          <Popover
            active={calendar !== null}
            onClose={() => setCalendar(null)}
            autofocusTarget="first-node"
            preferredAlignment="right"
            ariaHaspopup="dialog"
            activator={
              <Button
                id={buttonId}
                icon={CalendarIcon}
                size="large"
                accessibilityLabel={`${label}: choose from a calendar`}
                onClick={() => (calendar ? setCalendar(null) : open())}
              />
            }
          >
            {calendar ? (
              <div role="dialog" aria-label={label} className={styles.calendar} data-day-calendar>
                <DatePicker
                  {...calendar}
                  {...(selected ? { selected } : {})}
                  {...(earliest ? { disableDatesBefore: earliest } : {})}
                  {...(latest ? { disableDatesAfter: latest } : {})}
                  onMonthChange={(month, year) => setCalendar({ month, year })}
                  onChange={({ start }) => choose(start)}
                />
              </div>
            ) : null}
          </Popover>
        }
      />
    </div>
  );
}

const CalendarIcon = () => (
  <svg viewBox="0 0 20 20" aria-hidden="true" focusable="false">
    <path
      fillRule="evenodd"
      d="M7 3.75a.75.75 0 0 0-1.5 0v.8A2.75 2.75 0 0 0 3 7.25v6.5a2.75 2.75 0 0 0 2.75 2.75h8.5A2.75 2.75 0 0 0 17 13.75v-6.5a2.75 2.75 0 0 0-2.5-2.7v-.8a.75.75 0 0 0-1.5 0v.75H7v-.75ZM4.5 7.5v-.25C4.5 6.56 5.06 6 5.75 6h8.5c.69 0 1.25.56 1.25 1.25v.25h-11ZM4.5 9h11v4.75c0 .69-.56 1.25-1.25 1.25h-8.5c-.69 0-1.25-.56-1.25-1.25V9Z"
    />
  </svg>
);
