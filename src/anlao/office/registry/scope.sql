-- Row-level security of the registry, and what keeps it true.
CREATE FUNCTION registry_division_of_elder() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  SELECT division_code INTO STRICT NEW.division_code FROM registry_elder WHERE id = NEW.elder_id;
  RETURN NEW;
END $$;

CREATE FUNCTION registry_elder_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE part text;
BEGIN
  FOREACH part IN ARRAY ARRAY['vitalstatus', 'registrationstatus', 'hardshipstatus',
      'capabilitystatus', 'disabilitystatus', 'livingstatus', 'carestatus', 'insurancestatus',
      'assignment'] LOOP
    EXECUTE format('UPDATE registry_%s SET division_code = $1 WHERE elder_id = $2', part)
      USING NEW.division_code, NEW.id;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER elder_moved AFTER UPDATE OF division_code ON registry_elder FOR EACH ROW
WHEN (OLD.division_code IS DISTINCT FROM NEW.division_code) EXECUTE FUNCTION registry_elder_moved();

-- A status is never rewritten: the only change it takes is the end of being what is known, and
-- the division that follows its elder.
CREATE FUNCTION registry_status_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(OLD) - 'known' - 'division_code' <> to_jsonb(NEW) - 'known' - 'division_code'
     OR lower(OLD.known) <> lower(NEW.known)
     OR (NOT upper_inf(OLD.known) AND OLD.known <> NEW.known) THEN
    RAISE EXCEPTION 'a status is never changed; record a correction instead';
  END IF;
  RETURN NEW;
END $$;

-- The elders whom the organisations of the pass have on their lists today, which is the day of the
-- office: sessions count in UTC, where a day begins eight hours later.
CREATE FUNCTION scope_elders() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT elder_id FROM registry_assignment
  WHERE organisation_id = ANY (scope_organisations())
    AND valid @> (now() AT TIME ZONE 'Asia/Shanghai')::date $$;

DO $$
DECLARE part text;
BEGIN
  FOREACH part IN ARRAY ARRAY['vitalstatus', 'registrationstatus', 'hardshipstatus',
      'capabilitystatus', 'disabilitystatus', 'livingstatus', 'carestatus', 'insurancestatus'] LOOP
    EXECUTE format('CREATE TRIGGER status_is_kept BEFORE UPDATE ON registry_%s
      FOR EACH ROW EXECUTE FUNCTION registry_status_is_kept()', part);
    EXECUTE format('CREATE INDEX registry_%s_now ON registry_%s (elder_id) WHERE upper_inf(known)',
      part, part);
  END LOOP;
  FOREACH part IN ARRAY ARRAY['vitalstatus', 'registrationstatus', 'hardshipstatus',
      'capabilitystatus', 'disabilitystatus', 'livingstatus', 'carestatus', 'insurancestatus',
      'assignment'] LOOP
    EXECUTE format('CREATE TRIGGER division_of_elder BEFORE INSERT ON registry_%s
      FOR EACH ROW EXECUTE FUNCTION registry_division_of_elder()', part);
    EXECUTE format('ALTER TABLE registry_%s ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY by_elder ON registry_%s USING (
      division_code LIKE ANY ((SELECT scope_divisions())::text[])
      OR elder_id IN (SELECT scope_elders()))', part);
  END LOOP;
END $$;

ALTER TABLE registry_elder ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_division ON registry_elder USING (
  division_code LIKE ANY ((SELECT scope_divisions())::text[])
  OR id IN (SELECT scope_elders()));
