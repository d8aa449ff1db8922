import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { withoutBlanks } from "../modules/audit/audit-row.ts";
import { actOnQueue } from "../modules/queue/act-on-jobs.server.ts";
import { loadQueue } from "../modules/queue/load-queue.server.ts";
import { ActOnJobs, QueueQuery } from "../modules/queue/queue-page.ts";
import { staffAction, staffPage } from "../modules/staff/staff-page.server.ts";
import { QueueView } from "../ui/queue-view.tsx";

export const meta = () => [{ title: "Queue · Sync Health for staff" }];

const Query = z.record(z.string(), z.unknown()).transform(withoutBlanks).pipe(QueueQuery);

export const loader = staffPage({ query: Query }, async ({ query, staff, now }) => ({
  page: await loadQueue(query),
  state: query.state,
  task: query.task ?? null,
  mayAct: staff.role === "admin",
  now: now.toISOString(),
}));

export const action = staffAction({ role: "admin", form: ActOnJobs }, ({ form, ...by }) =>
  actOnQueue(form, by),
);

export default function StaffQueue() {
  return <QueueView {...useLoaderData<typeof loader>()} />;
}
