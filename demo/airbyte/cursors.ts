import type { SourceKindName } from "./source-kinds.ts";

/** What a connector keeps of a stream: how far it has read. */
export type StreamState = Record<string, unknown>;

const day = (at: Date) => at.toISOString().slice(0, 10);
const seconds = (at: Date, zone: string) => `${at.toISOString().slice(0, 19)}${zone}`;
const byPartition = (key: string, cursor: StreamState): StreamState => ({
  use_global_cursor: false,
  states: [{ partition: { [key]: "1001", parent_slice: {} }, cursor }],
  state: cursor,
  lookback_window: 1,
  parent_state: {},
});
const shopify = (at: Date) => ({
  updated_at: seconds(at, "+00:00"),
  deleted: { deleted_at: seconds(at, "+00:00") },
});
const entity = (at: Date) => ({ updated_time: seconds(at, "+0000"), include_deleted: false });
const utc = (field: string) => (at: Date) => ({ [field]: seconds(at, "+0000") });

/** How each real connector writes the streams that the demo's tables come from. */
const written: Record<SourceKindName, (stream: string, at: Date) => StreamState> = {
  shopify: (stream, at) =>
    stream === "order_refunds" ? { created_at: seconds(at, "+00:00"), orders: shopify(at) } : shopify(at),
  recharge: (_, at) => utc("updated_at")(at),
  "facebook-marketing": (stream, at) =>
    stream === "ads_insights"
      ? { "1001": { date_start: day(at), slices: [] }, time_increment: 1 }
      : entity(at),
  "google-ads": (_, at) => byPartition("customer_id", { "segments.date": day(at) }),
  "tiktok-marketing": (_, at) => byPartition("advertiser_id", { stat_time_day: day(at) }),
  pinterest: (_, at) => byPartition("id", { DATE: day(at) }),
  "snapchat-marketing": (_, at) => byPartition("id", { start_time: `${day(at)}T00:00:00` }),
  "amazon-ads": (_, at) => byPartition("profileId", { reportDate: day(at) }),
  klaviyo: (stream, at) => utc(stream === "events" ? "datetime" : "updated")(at),
  "google-analytics-data-api": (_, at) => ({ date: day(at) }),
};

/** The state of a stream that is read up to an instant. */
export const stateAt = (kind: SourceKindName, stream: string, at: Date): StreamState =>
  written[kind](stream, at);

/** From when on a stream with that state is read: the earliest cursor of its own, no parent's. Null: it has none. */
export function readFrom(state: StreamState | undefined): Date | null {
  const found = cursorsIn(state ?? {});
  return found.length > 0 ? new Date(Math.min(...found)) : null;
}

const notTheStreamsOwn = new Set(["deleted", "orders", "parent_state", "partition"]);

function cursorsIn(value: unknown): number[] {
  if (typeof value === "string") {
    const at = Date.parse(value.replace(/([+-]\d{2})(\d{2})$/, "$1:$2").replace(/T[\d:.]+$/, "$&Z"));
    return /^\d{4}-\d{2}-\d{2}/.test(value) && !Number.isNaN(at) ? [at] : [];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (notTheStreamsOwn.has(key) ? [] : cursorsIn(inner)));
}
