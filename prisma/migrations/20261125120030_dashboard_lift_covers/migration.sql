-- A lift is about the reasons that held the dashboard back when it was given: what goes wrong later blocks again.
-- An array of {"code", "connectorId"}. Lifts given before this cover nothing.
ALTER TABLE dashboard_lifts ADD COLUMN covers jsonb NOT NULL DEFAULT '[]';
