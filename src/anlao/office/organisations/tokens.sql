-- A token only ends; what it counts and where it was used is all else that changes.
CREATE FUNCTION token_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.revoked_at IS NOT NULL THEN
    RAISE EXCEPTION 'a revoked token stays revoked';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER token_is_kept BEFORE UPDATE ON organisations_token
FOR EACH ROW EXECUTE FUNCTION token_is_kept();

DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON organisations_token, organisations_answered FROM anlao_app;
    GRANT UPDATE (revoked_at, revoked_by, used_at, minute, requests) ON organisations_token
      TO anlao_app;
    GRANT DELETE, UPDATE (status, answer) ON organisations_answered TO anlao_app;
  END IF;
END $$;
