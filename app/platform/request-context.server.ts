import { AsyncLocalStorage } from "node:async_hooks";

const requests = new AsyncLocalStorage<string>();

/** What `work` does, and what that starts, carries this id: log lines, jobs it queues, and what those do. */
export const inRequest = <T>(requestId: string, work: () => T): T => requests.run(requestId, work);

/** The id of the request, or of the job, that this is done for; null outside of any. */
export const currentRequestId = (): string | null => requests.getStore() ?? null;
