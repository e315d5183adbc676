-- Row security of the tables here, and what keeps it true; see subjects/scope.sql.
DO $$
DECLARE
  pair text[];
  part text;
  parts text[];
BEGIN
  FOREACH pair SLICE 1 IN ARRAY ARRAY[
      ARRAY['caregiver',
        'educationstatus skillstatus firstaidstatus employmentstatus paidstatus']] LOOP
    EXECUTE format('ALTER TABLE workforce_%s ENABLE ROW LEVEL SECURITY', pair[1]);
    EXECUTE format('CREATE POLICY by_division ON workforce_%s USING (
      division_code LIKE ANY ((SELECT scope_divisions())::text[]))', pair[1]);
    parts := string_to_array(pair[2], ' ');
    FOREACH part IN ARRAY parts LOOP
      EXECUTE format('ALTER TABLE workforce_%s ENABLE ROW LEVEL SECURITY', part);
      EXECUTE format('CREATE POLICY by_division ON workforce_%s USING (
        division_code LIKE ANY ((SELECT scope_divisions())::text[]))', part);
      EXECUTE format('CREATE TRIGGER division_of_file BEFORE INSERT ON workforce_%s
        FOR EACH ROW EXECUTE FUNCTION subjects_division_of_file(''workforce_%s'')', part, pair[1]);
      EXECUTE format('CREATE TRIGGER row_is_kept BEFORE UPDATE ON workforce_%s
        FOR EACH ROW EXECUTE FUNCTION registry_status_is_kept()', part);
      EXECUTE format('CREATE INDEX workforce_%s_now ON workforce_%s (subject_id)
        WHERE upper_inf(known)', part, part);
      EXECUTE format('CREATE TRIGGER %s_moved AFTER UPDATE OF division_code ON workforce_%s
        FOR EACH ROW WHEN (OLD.division_code IS DISTINCT FROM NEW.division_code)
        EXECUTE FUNCTION subjects_file_moved(''workforce_%s'')', part, pair[1], part);
    END LOOP;
  END LOOP;
END $$;
