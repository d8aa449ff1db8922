import { dayBefore, startOfDay } from "../shops/shop-days.ts";

/** The first day to be read again, in the shop's zone. */
export interface RewindTarget {
  day: string;
  timeZone: string;
}

const plainDay = /^(\d{4})-(\d{2})-(\d{2})$/;
const packedDay = /^(\d{4})(\d{2})(\d{2})$/;
const wallClock = /^\d{4}-\d{2}-\d{2}([T ])\d{2}:\d{2}:\d{2}(\.\d+)?$/;
const instant = /^\d{4}-\d{2}-\d{2}([T ])\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/;

/**
 * A cursor set back so that a day is read again, in the form it had; as it was when it stands before that day already.
 * Null for a form that is not known: an id, an epoch, a day that does not exist.
 *
 * A cursor that names only a day, or a time without its zone, goes one day further back: connectors differ in whether
 * they read the cursor's own day again, and the account's days may begin before the shop's. An instant keeps its offset
 * and its number of decimals, because some connectors compare such values as texts.
 */
export function rewindCursor(value: unknown, { day, timeZone }: RewindTarget): string | null {
  if (typeof value !== "string") return null;
  const eve = dayBefore(day);
  if (plainDay.test(value)) return isDay(value) ? earlier(value, eve) : null;
  if (packedDay.test(value))
    return isDay(value.replace(packedDay, "$1-$2-$3")) ? earlier(value, eve.replaceAll("-", "")) : null;
  const wall = wallClock.exec(value);
  if (wall)
    return Number.isNaN(Date.parse(`${value.replace(" ", "T")}Z`))
      ? null
      : earlier(value, `${eve}${wall[1]}00:00:00${zeros(wall[2])}`);
  const exact = instant.exec(value);
  if (!exact) return null;
  const [, separator = "T", decimals, offset = "Z"] = exact;
  const wasMs = Date.parse(withColon(value.replace(" ", "T")));
  if (Number.isNaN(wasMs)) return null;
  const startMs = startOfDay(day, timeZone).getTime();
  if (wasMs <= startMs) return value;
  const local = new Date(startMs + offsetMinutes(offset) * 60_000).toISOString();
  return `${local.slice(0, 10)}${separator}${local.slice(11, 19)}${zeros(decimals)}${offset}`;
}

const earlier = (one: string, other: string) => (one < other ? one : other);
const zeros = (decimals = "") => decimals.replaceAll(/\d/g, "0");
const withColon = (text: string) => text.replace(/([+-]\d{2})(\d{2})$/, "$1:$2");

function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

function offsetMinutes(offset: string): number {
  if (offset === "Z") return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return offset.startsWith("-") ? -minutes : minutes;
}
