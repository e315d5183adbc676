-- A case about a file of a register belongs where the file does.
DROP TRIGGER division_of_elder ON cases_case;
CREATE TRIGGER division_of_holder BEFORE INSERT ON cases_case
  FOR EACH ROW EXECUTE FUNCTION benefits_division_of_holder();
CREATE FUNCTION cases_case_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE part text;
BEGIN
  FOREACH part IN ARRAY ARRAY['step', 'shown', 'check', 'posting', 'objection', 'ruling', 'pause']
  LOOP
    EXECUTE format('UPDATE cases_%s SET division_code = $1 WHERE case_id = $2', part)
      USING NEW.division_code, NEW.id;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER case_moved AFTER UPDATE OF division_code ON cases_case FOR EACH ROW
WHEN (OLD.division_code IS DISTINCT FROM NEW.division_code AND NEW.elder_id IS NULL)
EXECUTE FUNCTION cases_case_moved();
SELECT benefits_follow_files('cases_moved', 'benefits_file_moved', 'cases_case');
