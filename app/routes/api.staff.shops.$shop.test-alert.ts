import { setupAction } from "../modules/staff/setup-api.server.ts";
import { SendTestAlert } from "../modules/staff/setup-page.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";

export const action = setupAction("test_alert", SendTestAlert);

export const loader = onlyMethod("POST");
