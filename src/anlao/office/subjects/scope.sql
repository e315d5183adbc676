-- Registers of other subjects: rows follow the division of their file, and are never rewritten.
CREATE SEQUENCE subjects_file_number;

-- The first argument names the table of the files.
CREATE FUNCTION subjects_division_of_file() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  EXECUTE format('SELECT division_code FROM %I WHERE id = $1', TG_ARGV[0])
    INTO STRICT NEW.division_code USING NEW.subject_id;
  RETURN NEW;
END $$;

CREATE FUNCTION subjects_file_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE part text;
BEGIN
  FOREACH part IN ARRAY TG_ARGV LOOP
    EXECUTE format('UPDATE %I SET division_code = $1 WHERE subject_id = $2', part)
      USING NEW.division_code, NEW.id;
  END LOOP;
  RETURN NULL;
END $$;

ALTER TABLE subjects_stagedlist ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_division ON subjects_stagedlist USING (
  division_code LIKE ANY ((SELECT scope_divisions())::text[]));
