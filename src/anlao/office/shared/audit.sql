-- The audit chain: each entry carries the mark of the one before it. The application may add
-- entries and read them; nobody but the owner could change one, and the chain would show it.
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'audit entries are never changed or removed'; END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON shared_auditentry
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    EXECUTE 'REVOKE UPDATE, DELETE, TRUNCATE ON shared_auditentry FROM anlao_app';
  END IF;
END $$;
