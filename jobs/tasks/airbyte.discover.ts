import { discoverWorkspaces } from "#app/modules/sync-runs/discover-workspaces.server.ts";
import { defineTask } from "../define-task.ts";

export default defineTask("airbyte.discover", { run: (_payload, { now }) => discoverWorkspaces(now) });
