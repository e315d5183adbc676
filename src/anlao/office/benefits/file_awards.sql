-- Awards of files in the registers: kept as every status is, seen with the division of the file.
-- Which table holds the files of a subject; the same list stands in benefits/subjects.py.
CREATE FUNCTION benefits_division_of_subject(subject text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  files text := CASE split_part(subject, ':', 1)
    WHEN 'elder' THEN 'registry_elder' WHEN 'institution' THEN 'facilities_institution'
    WHEN 'resident' THEN 'facilities_stay' WHEN 'centre' THEN 'facilities_centre'
    WHEN 'caregiver' THEN 'workforce_caregiver' END;
  division text;
BEGIN
  IF files IS NULL THEN
    RAISE EXCEPTION 'nobody goes by %', subject USING ERRCODE = 'check_violation';
  END IF;
  EXECUTE format('SELECT division_code FROM %I WHERE id = $1', files)
    INTO STRICT division USING split_part(subject, ':', 2)::bigint;
  RETURN division;
END $$;
REVOKE EXECUTE ON FUNCTION benefits_division_of_subject FROM PUBLIC;
CREATE FUNCTION benefits_division_of_holder() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  NEW.division_code := benefits_division_of_subject(NEW.subject);
  RETURN NEW;
END $$;

CREATE TRIGGER division_of_holder BEFORE INSERT ON benefits_fileaward
  FOR EACH ROW EXECUTE FUNCTION benefits_division_of_holder();
CREATE TRIGGER status_is_kept BEFORE UPDATE ON benefits_fileaward
  FOR EACH ROW EXECUTE FUNCTION registry_status_is_kept();
-- What goes by a subject's name goes with its file: the arguments name the tables.
CREATE FUNCTION benefits_file_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE part text; kind text := TG_ARGV[0];
BEGIN
  FOREACH part IN ARRAY TG_ARGV[1:] LOOP
    EXECUTE format('UPDATE %I SET division_code = $1 WHERE subject = $2', part)
      USING NEW.division_code, kind || ':' || NEW.id;
  END LOOP;
  RETURN NULL;
END $$;
-- Let a function follow the files of every register that go to another place.
CREATE FUNCTION benefits_follow_files(follower text, called text, VARIADIC tables text[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE pair text[]; arguments text;
BEGIN
  FOREACH pair SLICE 1 IN ARRAY ARRAY[
      ARRAY['facilities_institution', 'institution'], ARRAY['facilities_stay', 'resident'],
      ARRAY['facilities_centre', 'centre'], ARRAY['workforce_caregiver', 'caregiver']] LOOP
    arguments := (SELECT string_agg(quote_literal(one), ', ' ORDER BY place)
      FROM unnest(pair[2] || tables) WITH ORDINALITY AS given(one, place));
    EXECUTE format('CREATE TRIGGER %I AFTER UPDATE OF division_code ON %I FOR EACH ROW
      WHEN (OLD.division_code IS DISTINCT FROM NEW.division_code)
      EXECUTE FUNCTION %I(%s)', follower, pair[1], called, arguments);
  END LOOP;
END $$;
SELECT benefits_follow_files('awards_moved', 'benefits_file_moved', 'benefits_fileaward');
ALTER TABLE benefits_fileaward ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_division ON benefits_fileaward USING (
  division_code LIKE ANY ((SELECT scope_divisions())::text[]));
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    EXECUTE 'REVOKE DELETE ON benefits_fileaward FROM anlao_app';
  END IF;
END $$;
