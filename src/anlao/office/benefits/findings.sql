-- Awards are kept and scoped as statuses are; findings are seen with the elder's division, and
-- only the office itself writes them.
CREATE TRIGGER status_is_kept BEFORE UPDATE ON benefits_award
  FOR EACH ROW EXECUTE FUNCTION registry_status_is_kept();
CREATE TRIGGER division_of_elder BEFORE INSERT ON benefits_award
  FOR EACH ROW EXECUTE FUNCTION registry_division_of_elder();
ALTER TABLE benefits_award ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_elder ON benefits_award USING (
  division_code LIKE ANY ((SELECT scope_divisions())::text[])
  OR elder_id IN (SELECT scope_elders()));
CREATE FUNCTION benefits_elder_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE benefits_award SET division_code = NEW.division_code WHERE elder_id = NEW.id;
  UPDATE benefits_decision SET division_code = NEW.division_code WHERE elder_id = NEW.id;
  UPDATE benefits_finding SET division_code = NEW.division_code WHERE elder_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER elder_moved_benefits AFTER UPDATE OF division_code ON registry_elder FOR EACH ROW
WHEN (OLD.division_code IS DISTINCT FROM NEW.division_code) EXECUTE FUNCTION benefits_elder_moved();

ALTER TABLE benefits_finding ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_division ON benefits_finding FOR SELECT USING (
  division_code LIKE ANY ((SELECT scope_divisions())::text[]));
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    EXECUTE 'REVOKE INSERT, UPDATE, DELETE ON benefits_finding FROM anlao_app';
    EXECUTE 'REVOKE DELETE ON benefits_award FROM anlao_app';
  END IF;
END $$;
