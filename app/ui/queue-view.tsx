import { Link } from "@remix-run/react";
import { Banner, BlockStack, Button, Card, InlineStack, Page, Text } from "@shopify/polaris";
import { useState } from "react";
import {
  type ActedOnJobs,
  type JobState,
  jobStates,
  type QueuedJob,
  type QueuePage,
  type TaskQueue,
} from "../modules/queue/queue-page.ts";
import { LiveNotice } from "./live-notice.tsx";
import styles from "./queue-view.module.css";
import { type Choice, ReasonForm } from "./reason-form.tsx";
import { Code, ErrorText, NumberCell, Quiet, StaffTable, sinceThen, UtcTime } from "./staff-table.tsx";

const stateNames: Record<JobState, string> = {
  failed: "Failed",
  retrying: "Retrying",
  running: "Running",
  ready: "Due",
  scheduled: "Later",
};
const retry: Choice = { value: "retry", label: "Retry now" };
const giveUp: Choice = { value: "give_up", label: "Give up", isDestructive: true };

/** The jobs that do the work: what waits, what runs, what failed. */
export function QueueView({
  page,
  state,
  task,
  mayAct,
  now,
}: {
  page: QueuePage;
  state: JobState;
  task: string | null;
  mayAct: boolean;
  now: string;
}) {
  const [acted, setActed] = useState<string | null>(null);
  const address = (to: { state?: JobState; task?: string | null; cursor?: string }) =>
    `/staff/queue?${new URLSearchParams(
      Object.entries({ state, task, ...to }).flatMap(([name, value]) => (value ? [[name, value]] : [])),
    )}`;
  const onDone = (done: ActedOnJobs) =>
    setActed(`Done for ${done.jobs.length} ${done.jobs.length === 1 ? "job" : "jobs"}.`);
  return (
    <Page title="Queue" fullWidth>
      <BlockStack gap="400">
        <LiveNotice>
          {acted ? (
            <Banner tone="success" onDismiss={() => setActed(null)}>
              <p>{acted}</p>
            </Banner>
          ) : null}
        </LiveNotice>
        <Card>
          <BlockStack gap="300">
            <Text as="h2" variant="headingMd">
              Tasks
            </Text>
            <TasksTable tasks={page.tasks} now={now} address={address} />
          </BlockStack>
        </Card>
        <Card>
          <BlockStack gap="300">
            <Text as="h2" variant="headingMd">
              {`${stateNames[state]} jobs${task ? ` of ${task}` : ""}`}
            </Text>
            <InlineStack gap="200">
              {jobStates.map((each) => (
                <Button
                  key={each}
                  url={address({ state: each })}
                  variant={each === state ? "primary" : "secondary"}
                  size="slim"
                >
                  {stateNames[each]}
                </Button>
              ))}
              {task ? (
                <Button url={address({ task: null })} variant="plain">
                  All tasks
                </Button>
              ) : null}
            </InlineStack>
            {mayAct && task && (state === "failed" || state === "retrying") && page.jobs.length > 0 ? (
              <details className={styles.act}>
                <summary>Act on all failed jobs of {task}</summary>
                <ReasonForm<ActedOnJobs> hidden={{ task }} choices={[retry, giveUp]} onDone={onDone} />
              </details>
            ) : null}
            <JobsTable jobs={page.jobs} state={state} mayAct={mayAct} now={now} onDone={onDone} />
            {page.nextCursor ? (
              <InlineStack>
                <Button url={address({ cursor: page.nextCursor })}>Older</Button>
              </InlineStack>
            ) : null}
          </BlockStack>
        </Card>
      </BlockStack>
    </Page>
  );
}

function TasksTable({
  tasks,
  now,
  address,
}: {
  tasks: readonly TaskQueue[];
  now: string;
  address: (to: { state: JobState; task: string }) => string;
}) {
  if (tasks.length === 0)
    return (
      <Text as="p" tone="subdued">
        The queue is empty.
      </Text>
    );
  return (
    <StaffTable
      label="Tasks of the queue"
      columns={[
        { title: "Task" },
        ...jobStates.map((state) => ({ title: stateNames[state], isNumber: true })),
        { title: "Oldest due for" },
        { title: "Running for" },
      ]}
    >
      {tasks.map((each) => (
        <tr key={each.task}>
          <th scope="row">
            <Code>{each.task}</Code>
          </th>
          {jobStates.map((state) => (
            <NumberCell key={state}>
              {each[state] > 0 ? (
                <Link
                  to={address({ state, task: each.task })}
                  aria-label={`${each[state]} ${stateNames[state]} of ${each.task}`}
                >
                  {each[state]}
                </Link>
              ) : (
                <Quiet>0</Quiet>
              )}
            </NumberCell>
          ))}
          <td>{each.oldestDueAt ? sinceThen(each.oldestDueAt, now) : <Quiet>—</Quiet>}</td>
          <td>{each.runningSince ? sinceThen(each.runningSince, now) : <Quiet>—</Quiet>}</td>
        </tr>
      ))}
    </StaffTable>
  );
}

const timeTitles: Record<JobState, string> = {
  failed: "Failed (UTC)",
  retrying: "Next try (UTC)",
  running: "Running since (UTC)",
  ready: "Due (UTC)",
  scheduled: "Due (UTC)",
};

function timeOf({ state, runAt, lockedAt, updatedAt }: QueuedJob): string {
  if (state === "running") return lockedAt ?? runAt;
  return state === "failed" ? updatedAt : runAt;
}

function JobsTable({
  jobs,
  state,
  mayAct,
  now,
  onDone,
}: {
  jobs: readonly QueuedJob[];
  state: JobState;
  mayAct: boolean;
  now: string;
  onDone: (done: ActedOnJobs) => void;
}) {
  if (jobs.length === 0)
    return (
      <Text as="p" tone="subdued">
        {state === "failed" ? "No job has failed for good." : "There are none."}
      </Text>
    );
  const isActable = mayAct && (state === "failed" || state === "retrying");
  return (
    <StaffTable
      label="Jobs"
      columns={[
        { title: "Job" },
        { title: "About" },
        { title: "Tries", isNumber: true },
        { title: timeTitles[state] },
        { title: "Last error" },
        ...(isActable ? [{ title: "Act" }] : []),
      ]}
    >
      {jobs.map((job) => (
        <tr key={job.id}>
          <th scope="row">
            <Code>{job.task}</Code>
            <br />
            <Quiet>job {job.id}</Quiet>
          </th>
          <td>
            {Object.entries(job.ids).map(([name, value]) => (
              <div key={name}>
                <Quiet>{name}</Quiet>{" "}
                <Code>{name === "shopId" ? <Link to={`/staff/shops/${value}`}>{value}</Link> : value}</Code>
              </div>
            ))}
          </td>
          <NumberCell>
            {job.attempts} of {job.maxAttempts}
          </NumberCell>
          <td>
            <UtcTime at={timeOf(job)} />
            {state === "running" ? (
              <>
                <br />
                <Quiet>{sinceThen(timeOf(job), now)}</Quiet>
              </>
            ) : null}
          </td>
          <td>
            {job.lastError ? (
              <ErrorText label={`Last error of job ${job.id}`}>{job.lastError}</ErrorText>
            ) : (
              <Quiet>None</Quiet>
            )}
          </td>
          {isActable ? (
            <td>
              <details className={styles.act}>
                <summary>{state === "failed" ? "Retry" : "Retry or give up"}</summary>
                <ReasonForm<ActedOnJobs>
                  hidden={{ jobId: job.id }}
                  choices={state === "failed" ? [retry] : [retry, giveUp]}
                  onDone={onDone}
                />
              </details>
            </td>
          ) : null}
        </tr>
      ))}
    </StaffTable>
  );
}
