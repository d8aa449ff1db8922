-- How many requests a key has made in its minute, counted over all web processes. A key is a purpose and an id: no name,
-- no token. Unlogged: what a crash forgets is a minute old at most, and counting then costs no flush of the log.
CREATE UNLOGGED TABLE rate_limits (
  key    text PRIMARY KEY,
  points integer NOT NULL,
  -- Milliseconds since 1970.
  expire bigint
);
GRANT SELECT, INSERT, UPDATE, DELETE ON rate_limits TO sync_health_app;

-- The shops of which something encrypted is kept, uninstalled ones too, for writing it anew under a new key.
CREATE FUNCTION list_shops_with_secrets() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT shop_id FROM public.shopify_sessions
   UNION SELECT shop_id FROM public.ingest_keys ORDER BY shop_id $$;
REVOKE EXECUTE ON FUNCTION list_shops_with_secrets() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION list_shops_with_secrets() TO sync_health_app;
