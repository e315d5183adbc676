-- Notices are everybody's to read; a row is gone as soon as its case is no longer on notice as it was.
ALTER TABLE disclosure_publicnotice ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON disclosure_publicnotice FOR SELECT USING (true);
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    EXECUTE 'REVOKE INSERT, UPDATE, DELETE ON disclosure_publicnotice FROM anlao_app';
  END IF;
END $$;

CREATE FUNCTION disclosure_case_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM disclosure_publicnotice WHERE number = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER notice_over AFTER UPDATE ON cases_case FOR EACH ROW
WHEN (OLD.state::text = 'notice' AND (NEW.state, NEW.round, NEW.elder_id, NEW.division_code)
  IS DISTINCT FROM (OLD.state, OLD.round, OLD.elder_id, OLD.division_code))
EXECUTE FUNCTION disclosure_case_moved();

CREATE FUNCTION disclosure_objected() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM disclosure_publicnotice WHERE number = NEW.case_id;
  RETURN NULL;
END $$;
CREATE TRIGGER notice_objected AFTER INSERT ON cases_objection FOR EACH ROW
EXECUTE FUNCTION disclosure_objected();

CREATE FUNCTION disclosure_elder_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM disclosure_publicnotice
    WHERE number IN (SELECT id FROM cases_case WHERE elder_id = NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER notice_of_another AFTER UPDATE OF name, state ON registry_elder FOR EACH ROW
WHEN ((OLD.name, OLD.state) IS DISTINCT FROM (NEW.name, NEW.state))
EXECUTE FUNCTION disclosure_elder_changed();
