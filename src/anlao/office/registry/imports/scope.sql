-- Imported lists are seen by whoever sees the whole area of the batch.
DO $$
DECLARE part text;
BEGIN
  FOREACH part IN ARRAY ARRAY['batch', 'rememberedmapping', 'findingrow', 'stagedrow', 'change'] LOOP
    EXECUTE format('ALTER TABLE imports_%s ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY by_division ON imports_%s USING (
      division_code LIKE ANY ((SELECT scope_divisions())::text[]))', part);
  END LOOP;
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    -- What is staged is worked out anew when a mapping or a decision changes.
    EXECUTE 'GRANT DELETE ON imports_findingrow, imports_stagedrow, imports_change TO anlao_app';
  END IF;
END $$;

-- Which of these identity numbers have a file anywhere in this office, as nobody may open a second.
CREATE FUNCTION imports_have_files(numbers bytea[]) RETURNS SETOF bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT identity_index FROM registry_elder
  WHERE identity_index = ANY (numbers) AND state <> 'merged' $$;
REVOKE ALL ON FUNCTION imports_have_files(bytea[]) FROM PUBLIC;
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    EXECUTE 'GRANT EXECUTE ON FUNCTION imports_have_files(bytea[]) TO anlao_app';
  END IF;
END $$;

-- Search words, state and place of files that were just recorded, as `operations.keep_words` does.
CREATE FUNCTION imports_keep_words(elders bigint[], day date) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp AS $$
  UPDATE registry_elder e SET
    birth_date = CASE WHEN w.has_vital THEN w.birth_date ELSE e.birth_date END,
    death_date = CASE WHEN w.has_vital THEN w.death_date ELSE e.death_date END,
    sex = CASE WHEN w.has_vital THEN w.sex ELSE e.sex END,
    state = w.state
  FROM (
    SELECT o.id, v.id IS NOT NULL AS has_vital, v.birth_date, v.death_date, v.sex,
      CASE WHEN o.state = 'merged' THEN 'merged'
        WHEN (CASE WHEN v.id IS NOT NULL THEN v.death_date ELSE o.death_date END) IS NOT NULL
          THEN 'deceased'
        WHEN coalesce(r.hukou, '') <> '' AND left(r.hukou, 6) <> left(o.division_code, 6)
          THEN 'moved_out'
        ELSE 'living' END AS state
    FROM registry_elder o
    LEFT JOIN registry_vitalstatus v ON v.elder_id = o.id AND upper_inf(v.known) AND v.valid @> day
    LEFT JOIN registry_registrationstatus r
      ON r.elder_id = o.id AND upper_inf(r.known) AND r.valid @> day
    WHERE o.id = ANY (elders)) w
  WHERE e.id = w.id AND (e.state <> w.state OR w.has_vital AND
    (e.birth_date, e.death_date, e.sex) IS DISTINCT FROM (w.birth_date, w.death_date, w.sex)) $$;
