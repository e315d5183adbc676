-- What may be changed about grants and sign-in security once it stands there: that it ended.
-- Grants decide who sees whom, so not even the application may write one anew.
CREATE FUNCTION grant_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(OLD) - 'revoked_at' - 'revoked_by' <> to_jsonb(NEW) - 'revoked_at' - 'revoked_by'
     OR OLD.revoked_at IS NOT NULL OR NEW.revoked_at IS NULL THEN
    RAISE EXCEPTION 'a grant is never changed: revoke it and give another';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER grant_is_kept BEFORE UPDATE ON organisations_grant
FOR EACH ROW EXECUTE FUNCTION grant_is_kept();

-- A removed factor stays removed, and a code or signature that was taken is not taken again.
CREATE FUNCTION authenticator_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.removed_at IS NOT NULL OR NEW.counter < OLD.counter THEN
    RAISE EXCEPTION 'an authenticator only goes forward';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER authenticator_is_kept BEFORE UPDATE ON organisations_authenticator
FOR EACH ROW EXECUTE FUNCTION authenticator_is_kept();

CREATE FUNCTION recovery_code_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.used_at IS NOT NULL OR OLD.retired_at IS NOT NULL THEN
    RAISE EXCEPTION 'a recovery code is good once';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER recovery_code_is_kept BEFORE UPDATE ON organisations_recoverycode
FOR EACH ROW EXECUTE FUNCTION recovery_code_is_kept();

CREATE FUNCTION sign_in_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL THEN
    RAISE EXCEPTION 'what was signed out stays signed out';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sign_in_is_kept BEFORE UPDATE ON organisations_signin
FOR EACH ROW EXECUTE FUNCTION sign_in_is_kept();

DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON organisations_grant, organisations_authenticator,
      organisations_recoverycode, organisations_signin, organisations_secondfactorrule
      FROM anlao_app;
    GRANT UPDATE (revoked_at, revoked_by) ON organisations_grant TO anlao_app;
    GRANT UPDATE (counter, used_at, removed_at, removed_by) ON organisations_authenticator
      TO anlao_app;
    GRANT UPDATE (used_at, retired_at) ON organisations_recoverycode TO anlao_app;
    GRANT UPDATE (seen_at, ended_at, ended_by) ON organisations_signin TO anlao_app;
    GRANT UPDATE (ended_at, ended_by) ON organisations_secondfactorrule TO anlao_app;
  END IF;
END $$;
