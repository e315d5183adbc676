-- What is told to the public is everybody's to read, and only the office itself writes it.
ALTER TABLE disclosure_publicinstitution ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON disclosure_publicinstitution FOR SELECT USING (true);
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    EXECUTE 'REVOKE INSERT, UPDATE, DELETE ON disclosure_publicinstitution FROM anlao_app';
  END IF;
END $$;
