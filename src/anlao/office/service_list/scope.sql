-- What is published is everybody's to read; work on a list is seen and done inside one's own area.
ALTER TABLE service_list_edition ENABLE ROW LEVEL SECURITY;
CREATE POLICY published ON service_list_edition FOR SELECT USING (
  state::text = ANY (ARRAY['published', 'archived'])
  OR division_code LIKE ANY ((SELECT scope_divisions())::text[]));
CREATE POLICY added ON service_list_edition FOR INSERT WITH CHECK (
  division_code LIKE ANY ((SELECT scope_divisions())::text[]));
CREATE POLICY changed ON service_list_edition FOR UPDATE USING (
  division_code LIKE ANY ((SELECT scope_divisions())::text[]));

CREATE FUNCTION service_list_division(edition bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT division_code FROM service_list_edition WHERE id = edition $$;

ALTER TABLE service_list_item ENABLE ROW LEVEL SECURITY;
CREATE POLICY with_edition ON service_list_item FOR SELECT USING (
  EXISTS (SELECT 1 FROM service_list_edition e WHERE e.id = edition_id));
CREATE POLICY added ON service_list_item FOR INSERT WITH CHECK (
  service_list_division(edition_id) LIKE ANY ((SELECT scope_divisions())::text[]));
CREATE POLICY changed ON service_list_item FOR UPDATE USING (
  service_list_division(edition_id) LIKE ANY ((SELECT scope_divisions())::text[]));
CREATE POLICY removed ON service_list_item FOR DELETE USING (
  service_list_division(edition_id) LIKE ANY ((SELECT scope_divisions())::text[]));

ALTER TABLE service_list_contact ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON service_list_contact FOR SELECT USING (true);
CREATE POLICY added ON service_list_contact FOR INSERT WITH CHECK (
  division_code LIKE ANY ((SELECT scope_divisions())::text[]));
CREATE POLICY changed ON service_list_contact FOR UPDATE USING (
  division_code LIKE ANY ((SELECT scope_divisions())::text[]));

DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    EXECUTE 'GRANT DELETE ON service_list_item TO anlao_app';
    EXECUTE 'REVOKE INSERT, UPDATE, DELETE ON service_list_publicfigures FROM anlao_app';
  END IF;
END $$;
