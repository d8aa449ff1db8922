-- Who is signed in to /staff. Belongs to no shop. Tokens are kept as hashes only: a copy of this table opens nothing.
CREATE TABLE staff_sessions (
  id                 uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  token_hash         text NOT NULL UNIQUE,
  -- The token before the last rotation: good for a moment, then a sign that somebody else has it.
  previous_hash      text UNIQUE,
  -- Of the sign-in that opened it: the same answer of the provider opens no second one.
  sign_in_hash       text NOT NULL UNIQUE,
  subject            text NOT NULL,
  name               text NOT NULL,
  email              text,
  role               text NOT NULL CHECK (role IN ('support', 'admin')),
  -- What the provider wants to see again when somebody signs out.
  id_token_encrypted text NOT NULL,
  signed_in_at       timestamptz(3) NOT NULL,
  last_seen_at       timestamptz(3) NOT NULL,
  rotated_at         timestamptz(3) NOT NULL,
  ended_at           timestamptz(3),
  ended_reason       text CHECK (ended_reason IN ('signed_out', 'reused')),
  CHECK ((ended_at IS NULL) = (ended_reason IS NULL))
);
CREATE INDEX staff_sessions_age ON staff_sessions (signed_in_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON staff_sessions TO sync_health_app;
