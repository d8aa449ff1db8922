import type { JobHelpers } from "graphile-worker";
import { expect, it } from "vitest";
import { defineTask } from "./define-task.ts";

const helpers = (attempts: number) =>
  ({ job: { id: "1", attempts, max_attempts: 3 } }) as unknown as JobHelpers;
const payload = { webhookId: "w" };

/** Runs a task that fails with `thrown`, and tells what the queue and the domain get to see. */
async function fail(thrown: unknown, attempt: number) {
  const givenUp: unknown[] = [];
  const { task } = defineTask("shopify.webhook", {
    run: () => Promise.reject(thrown),
    giveUp: async (_, error) => void givenUp.push(error),
  });
  const error = await Promise.resolve(task(payload, helpers(attempt))).catch((caught: unknown) => caught);
  return { error, givenUp };
}

it("makes an Error of a thrown Response, and keeps its body to itself", async () => {
  const { error } = await fail(new Response("secret", { status: 500 }), 1);
  expect(error).toEqual(new Error("HTTP 500"));
});

it("makes an Error of anything else that is none", async () => {
  expect((await fail("text", 1)).error).toEqual(new Error("text"));
  const thrown = new TypeError("as it is");
  expect((await fail(thrown, 1)).error).toBe(thrown);
});

it("tells the domain when the last attempt has failed, and not before", async () => {
  expect((await fail(new Error("no"), 2)).givenUp).toEqual([]);
  expect((await fail(new Response(null, { status: 503 }), 3)).givenUp).toEqual([new Error("HTTP 503")]);
});

it("runs nothing on a payload of another shape", async () => {
  const { task } = defineTask("shopify.webhook", { run: () => expect.unreachable("it ran") });
  await expect(task({ webhookId: 1 }, helpers(1))).rejects.toThrow();
});
