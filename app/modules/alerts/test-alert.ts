import { z } from "zod";

export const AlertChannel = z.enum(["slack", "pagerduty"]);

export const TestAlerts = z.object({
  channels: z.array(z.object({ channel: AlertChannel, isOn: z.boolean() })),
  sent: z.array(
    z.object({
      channel: AlertChannel,
      state: z.enum(["queued", "held", "sending", "sent", "skipped", "failed"]),
      reason: z.string(),
      at: z.iso.datetime(),
      httpStatus: z.number().int().nullable(),
    }),
  ),
});
export type TestAlerts = z.infer<typeof TestAlerts>;
