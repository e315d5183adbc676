-- Photographs are scoped as all rows about an elder are; a row is never rewritten, only ended.
CREATE FUNCTION registry_photograph_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(OLD) - '{removed_at,removed_by,division_code}'::text[]
       <> to_jsonb(NEW) - '{removed_at,removed_by,division_code}'::text[]
     OR (OLD.removed_at IS NOT NULL
         AND (OLD.removed_at, OLD.removed_by) IS DISTINCT FROM (NEW.removed_at, NEW.removed_by))
  THEN
    RAISE EXCEPTION 'a photograph is never changed; remove it and add another';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER photograph_is_kept BEFORE UPDATE ON registry_photograph
FOR EACH ROW EXECUTE FUNCTION registry_photograph_is_kept();

CREATE FUNCTION registry_photograph_moves() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE registry_photograph SET division_code = NEW.division_code WHERE elder_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER photograph_moves AFTER UPDATE OF division_code ON registry_elder FOR EACH ROW
WHEN (OLD.division_code IS DISTINCT FROM NEW.division_code)
EXECUTE FUNCTION registry_photograph_moves();

CREATE TRIGGER division_of_elder BEFORE INSERT ON registry_photograph
FOR EACH ROW EXECUTE FUNCTION registry_division_of_elder();
ALTER TABLE registry_photograph ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_elder ON registry_photograph USING (
  division_code LIKE ANY ((SELECT scope_divisions())::text[])
  OR elder_id IN (SELECT scope_elders()));
