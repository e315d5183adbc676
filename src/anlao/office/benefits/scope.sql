-- Decisions are seen by whoever sees the elder's division; only the office itself writes them.
ALTER TABLE benefits_decision ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_division ON benefits_decision FOR SELECT USING (
  division_code LIKE ANY ((SELECT scope_divisions())::text[]));
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    EXECUTE 'REVOKE INSERT, UPDATE ON benefits_decision, benefits_decidedmonth FROM anlao_app';
  END IF;
END $$;
