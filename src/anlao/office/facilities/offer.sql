-- What the public is told of institutions, as the other rows of their files; see scope.sql.
ALTER TABLE facilities_offerstatus ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_division ON facilities_offerstatus USING (
  division_code LIKE ANY ((SELECT scope_divisions())::text[]));
CREATE TRIGGER division_of_file BEFORE INSERT ON facilities_offerstatus
  FOR EACH ROW EXECUTE FUNCTION subjects_division_of_file('facilities_institution');
CREATE TRIGGER row_is_kept BEFORE UPDATE ON facilities_offerstatus
  FOR EACH ROW EXECUTE FUNCTION registry_status_is_kept();
CREATE INDEX facilities_offerstatus_now ON facilities_offerstatus (subject_id)
  WHERE upper_inf(known);
CREATE TRIGGER offerstatus_moved AFTER UPDATE OF division_code ON facilities_institution
  FOR EACH ROW WHEN (OLD.division_code IS DISTINCT FROM NEW.division_code)
  EXECUTE FUNCTION subjects_file_moved('facilities_offerstatus');
