import { type Source, sources } from "../connectors/sources.ts";
import { type RewindTarget, rewindCursor } from "./cursor-value.ts";

/** Where a connection stands, as far as it is read here. */
export interface SyncState {
  stateType: string;
  streamState?:
    | readonly {
        streamDescriptor: { name: string };
        streamState?: Record<string, unknown> | null | undefined;
      }[]
    | null
    | undefined;
}

export interface Rewound<State> {
  /** All of the state: what was not to be rewound is as it was. */
  state: State;
  /** The streams that are read again. */
  streams: string[];
}

/**
 * The fields in which each source's connector keeps how far its figures are read (from its manifest or code). Entities
 * such as campaigns keep theirs in others, and stay as they are. Null: no Airbyte connector.
 */
const cursorFields: Readonly<Record<Source, readonly string[] | null>> = {
  shopify_orders: ["updated_at"],
  shopify_refunds: ["created_at"],
  recharge: ["updated_at", "created_at"],
  meta_ads: ["date_start"],
  google_ads: ["segments.date"],
  tiktok_ads: ["stat_time_day", "stat_time_hour"],
  pinterest_ads: ["DATE"],
  snap_ads: ["start_time"],
  amazon_ads: ["reportDate", "date"],
  klaviyo: ["updated", "datetime"],
  postscript: null,
  attentive: null,
  ga4: ["date", "yearWeek", "yearMonth", "year"],
};

/** Shopify keeps the place of a child's parent inside the child's state. */
const parentFields: Readonly<Partial<Record<Source, Readonly<Record<string, readonly string[]>>>>> = {
  shopify_refunds: { orders: ["updated_at"] },
};

/**
 * The state that makes the next sync read a source again from a day on. Only the source's streams change: two connectors
 * may share a connection. No cursor becomes later than it was, none is taken away, no stream is left out.
 * @returns null when it cannot be said how: there is no state, or it has a shape that is not known here
 */
export function rewindState<State extends SyncState>(
  state: State,
  source: Source,
  target: RewindTarget,
): Rewound<State> | null {
  const fields = cursorFields[source];
  if (!fields || state.stateType !== "stream" || !state.streamState) return null;
  const named = sources[source].airbyte?.streams;
  const rewound: string[] = [];
  const streamState = [];
  for (const stream of state.streamState) {
    const { name } = stream.streamDescriptor;
    const isWanted = named ? named.includes(name) : mentions(stream.streamState, fields);
    if (!isWanted) {
      streamState.push(stream);
      continue;
    }
    const next = rewindShape(stream.streamState, fields, target, parentFields[source] ?? {});
    if (!next) return null;
    rewound.push(name);
    streamState.push({ ...stream, streamState: next });
  }
  if (rewound.length === 0 || (named && !named.every((name) => rewound.includes(name)))) return null;
  return { state: { ...state, streamState }, streams: rewound };
}

type Shape = Record<string, unknown>;
const isShape = (value: unknown): value is Shape =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether one of the fields is used anywhere inside: then a shape that cannot be read is no other stream's. */
const mentions = (value: unknown, fields: readonly string[]): boolean =>
  Array.isArray(value)
    ? value.some((each) => mentions(each, fields))
    : isShape(value) &&
      Object.entries(value).some(([key, inner]) => fields.includes(key) || mentions(inner, fields));

/** One stream's state in any of the shapes that connectors use; null when it has none of them. */
function rewindShape(
  shape: unknown,
  fields: readonly string[],
  target: RewindTarget,
  parents: Readonly<Record<string, readonly string[]>> = {},
): Shape | null {
  if (!isShape(shape)) return null;
  if (Array.isArray(shape.states)) return rewindPartitions(shape, shape.states, fields, target);
  if (fields.some((field) => field in shape)) return rewindFlat(shape, fields, target, parents);
  return rewindAccounts(shape, fields, target);
}

/** `{"updated_at": …}`, with parents beside it, and for Meta the days that were read ahead of the cursor. */
function rewindFlat(
  shape: Shape,
  fields: readonly string[],
  target: RewindTarget,
  parents: Readonly<Record<string, readonly string[]>>,
): Shape | null {
  const next: Shape = { ...shape };
  for (const field of fields.filter((each) => each in shape)) {
    const cursor = rewindCursor(shape[field], target);
    if (cursor === null) return null;
    next[field] = cursor;
  }
  for (const [parent, parentCursor] of Object.entries(parents)) {
    if (!(parent in shape)) continue;
    const inner = rewindShape(shape[parent], parentCursor, target);
    if (!inner) return null;
    next[parent] = inner;
  }
  if (Array.isArray(shape.slices)) next.slices = [];
  return next;
}

/** The CDK's state by partition: each partition's cursor, the global one, and the parents'. */
function rewindPartitions(
  shape: Shape,
  states: readonly unknown[],
  fields: readonly string[],
  target: RewindTarget,
): Shape | null {
  const next: Shape = { ...shape };
  const partitions: Shape[] = [];
  for (const partition of states) {
    const cursor = isShape(partition) && rewindShape(partition.cursor, fields, target);
    if (!cursor) return null;
    partitions.push({ ...partition, cursor });
  }
  next.states = partitions;
  const isGlobal = isShape(shape.state) && Object.keys(shape.state).length > 0;
  if (isGlobal) {
    const state = rewindShape(shape.state, fields, target);
    if (!state) return null;
    next.state = state;
  }
  if (partitions.length === 0 && !isGlobal) return null;
  if (isShape(shape.parent_state)) {
    const parents: Shape = {};
    for (const [name, parent] of Object.entries(shape.parent_state)) {
      const isEmpty = isShape(parent) && Object.keys(parent).length === 0;
      const rewound = isEmpty ? parent : rewindShape(parent, fields, target);
      if (!rewound) return null;
      parents[name] = rewound;
    }
    next.parent_state = parents;
  }
  return next;
}

/** `{"<account>": {"date_start": …}, "time_increment": 1}`: a cursor for each account, settings beside them. */
function rewindAccounts(shape: Shape, fields: readonly string[], target: RewindTarget): Shape | null {
  const next: Shape = { ...shape };
  let accounts = 0;
  for (const [key, value] of Object.entries(shape)) {
    if (!isShape(value)) continue;
    if (!fields.some((field) => field in value)) return null;
    const rewound = rewindFlat(value, fields, target, {});
    if (!rewound) return null;
    next[key] = rewound;
    accounts += 1;
  }
  return accounts > 0 ? next : null;
}
