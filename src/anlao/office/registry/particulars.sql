-- What a file's head said before is scoped as all rows about an elder are; no row is ever changed.
CREATE FUNCTION registry_formerparticular_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(OLD) - 'division_code' <> to_jsonb(NEW) - 'division_code' THEN
    RAISE EXCEPTION 'what a file said before is never changed';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER former_particular_is_kept BEFORE UPDATE ON registry_formerparticular
FOR EACH ROW EXECUTE FUNCTION registry_formerparticular_is_kept();

CREATE FUNCTION registry_formerparticular_moves() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE registry_formerparticular SET division_code = NEW.division_code WHERE elder_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER former_particular_moves AFTER UPDATE OF division_code ON registry_elder FOR EACH ROW
WHEN (OLD.division_code IS DISTINCT FROM NEW.division_code)
EXECUTE FUNCTION registry_formerparticular_moves();

CREATE TRIGGER division_of_elder BEFORE INSERT ON registry_formerparticular
FOR EACH ROW EXECUTE FUNCTION registry_division_of_elder();
ALTER TABLE registry_formerparticular ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_elder ON registry_formerparticular USING (
  division_code LIKE ANY ((SELECT scope_divisions())::text[])
  OR elder_id IN (SELECT scope_elders()));
