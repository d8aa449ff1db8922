/** The checks that run in this version, in the order a connector's page shows them. */
export const checkLabels = {
  freshness: "Synced on time",
  sync_failed: "Syncs succeed",
} as const;

export type CheckName = keyof typeof checkLabels;
export const checkNames = Object.keys(checkLabels) as CheckName[];
export const isCheckName = (value: string): value is CheckName => value in checkLabels;
