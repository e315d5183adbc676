-- Row scope of cases: those of one's area. A provider learns nothing of what its elders ask for.
CREATE FUNCTION cases_division_of_part() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  SELECT division_code INTO STRICT NEW.division_code FROM cases_case WHERE id = NEW.case_id;
  RETURN NEW;
END $$;

CREATE FUNCTION cases_elder_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE part text;
BEGIN
  UPDATE cases_case SET division_code = NEW.division_code WHERE elder_id = NEW.id;
  UPDATE cases_confirmedalive SET division_code = NEW.division_code WHERE elder_id = NEW.id;
  FOREACH part IN ARRAY ARRAY['step', 'shown', 'check', 'posting', 'objection', 'ruling', 'pause']
  LOOP
    EXECUTE format('UPDATE cases_%s SET division_code = $1 WHERE case_id IN
      (SELECT id FROM cases_case WHERE elder_id = $2)', part) USING NEW.division_code, NEW.id;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER elder_moved_cases AFTER UPDATE OF division_code ON registry_elder FOR EACH ROW
WHEN (OLD.division_code IS DISTINCT FROM NEW.division_code) EXECUTE FUNCTION cases_elder_moved();

DO $$
DECLARE part text;
BEGIN
  FOREACH part IN ARRAY ARRAY['case', 'confirmedalive'] LOOP
    EXECUTE format('CREATE TRIGGER division_of_elder BEFORE INSERT ON cases_%s
      FOR EACH ROW EXECUTE FUNCTION registry_division_of_elder()', part);
  END LOOP;
  FOREACH part IN ARRAY ARRAY['step', 'shown', 'check', 'posting', 'objection', 'ruling', 'pause']
  LOOP
    EXECUTE format('CREATE TRIGGER division_of_part BEFORE INSERT ON cases_%s
      FOR EACH ROW EXECUTE FUNCTION cases_division_of_part()', part);
  END LOOP;
  FOREACH part IN ARRAY ARRAY['case', 'confirmedalive', 'step', 'shown', 'check', 'posting',
      'objection', 'ruling', 'pause'] LOOP
    EXECUTE format('ALTER TABLE cases_%s ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY by_division ON cases_%s USING (
      division_code LIKE ANY ((SELECT scope_divisions())::text[]))', part);
  END LOOP;
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    -- what was shown, found and decided is only ever added to
    EXECUTE 'REVOKE UPDATE ON cases_step, cases_shown, cases_check, cases_posting, cases_ruling,
      cases_confirmedalive FROM anlao_app';
    EXECUTE 'REVOKE DELETE ON cases_case, cases_confirmedalive, cases_step, cases_shown,
      cases_check, cases_posting, cases_objection, cases_ruling, cases_pause FROM anlao_app';
  END IF;
END $$;
