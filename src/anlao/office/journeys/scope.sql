-- Journeys are seen with the elder's file and follow it. One is never rewritten, only taken back.
CREATE TRIGGER division_of_elder BEFORE INSERT ON journeys_journey
  FOR EACH ROW EXECUTE FUNCTION registry_division_of_elder();
ALTER TABLE journeys_journey ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_elder ON journeys_journey USING (
  division_code LIKE ANY ((SELECT scope_divisions())::text[])
  OR elder_id IN (SELECT scope_elders()));

CREATE FUNCTION journeys_elder_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE journeys_journey SET division_code = NEW.division_code WHERE elder_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER elder_moved_journeys AFTER UPDATE OF division_code ON registry_elder FOR EACH ROW
WHEN (OLD.division_code IS DISTINCT FROM NEW.division_code) EXECUTE FUNCTION journeys_elder_moved();

CREATE FUNCTION journeys_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(OLD) - '{division_code,undone_by,undone_at,undone_reason}'::text[]
     <> to_jsonb(NEW) - '{division_code,undone_by,undone_at,undone_reason}'::text[]
     OR OLD.undone_at IS NOT NULL AND OLD.undone_at IS DISTINCT FROM NEW.undone_at THEN
    RAISE EXCEPTION 'a journey is never changed; take it back instead';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER journey_is_kept BEFORE UPDATE ON journeys_journey
  FOR EACH ROW EXECUTE FUNCTION journeys_is_kept();
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    EXECUTE 'REVOKE DELETE ON journeys_journey FROM anlao_app';
  END IF;
END $$;
