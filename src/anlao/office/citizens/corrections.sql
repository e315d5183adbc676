-- Requests of correction: seen and answered inside one's area; asked by the elder whose file it is.
CREATE TRIGGER division_of_elder BEFORE INSERT ON citizens_correction
  FOR EACH ROW EXECUTE FUNCTION registry_division_of_elder();
CREATE FUNCTION citizens_correction_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE citizens_correction SET division_code = NEW.division_code WHERE elder_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER elder_moved_corrections AFTER UPDATE OF division_code ON registry_elder FOR EACH ROW
WHEN (OLD.division_code IS DISTINCT FROM NEW.division_code)
EXECUTE FUNCTION citizens_correction_moved();

ALTER TABLE citizens_correction ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_division ON citizens_correction USING (
  division_code LIKE ANY ((SELECT scope_divisions())::text[]));
CREATE POLICY own ON citizens_correction FOR SELECT USING (elder_id = (SELECT scope_own()));
CREATE POLICY own_added ON citizens_correction FOR INSERT WITH CHECK (
  elder_id = (SELECT scope_own()) AND state::text = 'open');

CREATE FUNCTION citizens_correction_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'open'
     AND to_jsonb(OLD) - 'division_code' <> to_jsonb(NEW) - 'division_code' THEN
    RAISE EXCEPTION 'a request of correction is answered once';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER correction_is_kept BEFORE UPDATE ON citizens_correction
  FOR EACH ROW EXECUTE FUNCTION citizens_correction_is_kept();
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON citizens_correction FROM anlao_app;
    GRANT UPDATE (state, answer, answered_by, answered_at) ON citizens_correction TO anlao_app;
  END IF;
END $$;
