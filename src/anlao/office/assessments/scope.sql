-- Row scope of assessments. Clerks see those of their area. A body sees those assigned to it, while
-- the elder is on its list; an elder who is on another body's list as well gives nothing away.
CREATE FUNCTION assessments_division_of_part() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  SELECT division_code INTO STRICT NEW.division_code
  FROM assessments_assessment WHERE id = NEW.assessment_id;
  RETURN NEW;
END $$;

CREATE FUNCTION assessments_elder_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE part text;
BEGIN
  UPDATE assessments_assessment SET division_code = NEW.division_code WHERE elder_id = NEW.id;
  UPDATE assessments_olderresult SET division_code = NEW.division_code WHERE elder_id = NEW.id;
  FOREACH part IN ARRAY ARRAY['step', 'appointment', 'sheet', 'answer', 'signature'] LOOP
    EXECUTE format('UPDATE assessments_%s SET division_code = $1 WHERE assessment_id IN
      (SELECT id FROM assessments_assessment WHERE elder_id = $2)', part)
      USING NEW.division_code, NEW.id;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER elder_moved_assessments AFTER UPDATE OF division_code ON registry_elder FOR EACH ROW
WHEN (OLD.division_code IS DISTINCT FROM NEW.division_code)
EXECUTE FUNCTION assessments_elder_moved();

CREATE TRIGGER division_of_elder BEFORE INSERT ON assessments_assessment
FOR EACH ROW EXECUTE FUNCTION registry_division_of_elder();
CREATE TRIGGER division_of_elder BEFORE INSERT ON assessments_olderresult
FOR EACH ROW EXECUTE FUNCTION registry_division_of_elder();
ALTER TABLE assessments_assessment ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_elder ON assessments_assessment USING (
  division_code LIKE ANY ((SELECT scope_divisions())::text[])
  OR (body_id = ANY ((SELECT scope_organisations())::bigint[])
      AND elder_id IN (SELECT scope_elders())));
ALTER TABLE assessments_olderresult ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_elder ON assessments_olderresult USING (
  division_code LIKE ANY ((SELECT scope_divisions())::text[])
  OR elder_id IN (SELECT scope_elders()));

DO $$
DECLARE part text;
BEGIN
  FOREACH part IN ARRAY ARRAY['step', 'appointment', 'sheet', 'answer', 'signature'] LOOP
    EXECUTE format('CREATE TRIGGER division_of_part BEFORE INSERT ON assessments_%s
      FOR EACH ROW EXECUTE FUNCTION assessments_division_of_part()', part);
    EXECUTE format('ALTER TABLE assessments_%s ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY by_assessment ON assessments_%s USING (
      division_code LIKE ANY ((SELECT scope_divisions())::text[])
      OR EXISTS (SELECT 1 FROM assessments_assessment a WHERE a.id = assessment_id
                 AND a.body_id = ANY ((SELECT scope_organisations())::bigint[])))', part);
  END LOOP;
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    -- what was said, signed and done is only ever added to
    EXECUTE 'REVOKE UPDATE ON assessments_step, assessments_answer, assessments_signature,
      assessments_olderresult FROM anlao_app';
  END IF;
END $$;

-- What whoever holds a report is told: nothing without its code, and never a whole name.
CREATE FUNCTION assessments_told(report bigint, its_code text)
RETURNS TABLE (name text, level smallint, assessed_on date, valid_until date, body text,
               state text, content_hash text, asked_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT left(e.name, 1) || repeat('*', greatest(1, length(e.name) - 1)),
         a.final_level, a.assessed_on, a.valid_until, o.name, a.state, a.content_hash, a.asked_on
  FROM assessments_assessment a
  JOIN registry_elder e ON e.id = a.elder_id
  JOIN organisations_organisation o ON o.id = a.body_id
  WHERE a.id = report AND a.code = its_code AND its_code <> ''
    AND a.state IN ('published', 'superseded') $$;
