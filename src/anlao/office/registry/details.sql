-- Details are kept and scoped as statuses are; all rows about an elder follow her file.
CREATE OR REPLACE FUNCTION registry_elder_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE part text;
BEGIN
  FOREACH part IN ARRAY ARRAY['vitalstatus', 'registrationstatus', 'hardshipstatus',
      'capabilitystatus', 'disabilitystatus', 'livingstatus', 'carestatus', 'insurancestatus',
      'assignment', 'address', 'relation', 'household', 'consent'] LOOP
    EXECUTE format('UPDATE registry_%s SET division_code = $1 WHERE elder_id = $2', part)
      USING NEW.division_code, NEW.id;
  END LOOP;
  RETURN NULL;
END $$;

DO $$
DECLARE part text;
BEGIN
  FOREACH part IN ARRAY ARRAY['address', 'relation', 'household', 'consent'] LOOP
    EXECUTE format('CREATE TRIGGER status_is_kept BEFORE UPDATE ON registry_%s
      FOR EACH ROW EXECUTE FUNCTION registry_status_is_kept()', part);
    EXECUTE format('CREATE TRIGGER division_of_elder BEFORE INSERT ON registry_%s
      FOR EACH ROW EXECUTE FUNCTION registry_division_of_elder()', part);
    EXECUTE format('ALTER TABLE registry_%s ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY by_elder ON registry_%s USING (
      division_code LIKE ANY ((SELECT scope_divisions())::text[])
      OR elder_id IN (SELECT scope_elders()))', part);
  END LOOP;
END $$;
CREATE SEQUENCE registry_file_number;
