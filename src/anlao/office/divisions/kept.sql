-- Changes of divisions are added and read; what was wrong is taken back by another entry.
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON divisions_divisionchange FROM anlao_app;
  END IF;
END $$;
