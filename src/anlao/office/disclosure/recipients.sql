-- Lists of recipients are everybody's to read while they are up, and only the office itself writes them.
ALTER TABLE disclosure_publicrecipient ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON disclosure_publicrecipient FOR SELECT USING (true);
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    EXECUTE 'REVOKE INSERT, UPDATE, DELETE ON disclosure_publicrecipient FROM anlao_app';
  END IF;
END $$;
