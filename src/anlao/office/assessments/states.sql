-- The moves an assessment may make. The same list stands in states.py.
CREATE FUNCTION assessments_moves() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT ARRAY[
    'requested>assigned', 'assigned>requested', 'appointed>requested', 'assigned>appointed',
    'appointed>assigned', 'appointed>scoring', 'scoring>settling', 'settling>signing',
    'signing>settling', 'signing>review', 'review>settling', 'review>published',
    'published>superseded', 'requested>withdrawn', 'assigned>withdrawn', 'appointed>withdrawn',
    'scoring>withdrawn', 'settling>withdrawn', 'signing>withdrawn'] $$;

CREATE FUNCTION assessments_state_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE move text := OLD.state || '>' || NEW.state;
BEGIN
  IF OLD.state IN ('published', 'superseded', 'withdrawn')
     AND to_jsonb(OLD) - 'state' - 'division_code' <> to_jsonb(NEW) - 'state' - 'division_code' THEN
    RAISE EXCEPTION 'a % assessment never changes', OLD.state USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.elder_id <> NEW.elder_id OR NEW.round < OLD.round THEN
    RAISE EXCEPTION 'an assessment stays its elder''s own' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.state = NEW.state THEN RETURN NEW; END IF;
  IF NOT move = ANY (assessments_moves()) THEN
    RAISE EXCEPTION 'no assessment goes from % to %', OLD.state, NEW.state
      USING ERRCODE = 'check_violation';
  END IF;
  IF move = 'scoring>settling' AND (SELECT count(*) FROM assessments_sheet
      WHERE assessment_id = NEW.id AND assessor_id IS NOT NULL AND finished_at IS NOT NULL) < 2 THEN
    RAISE EXCEPTION 'both assessors finish first' USING ERRCODE = 'check_violation';
  END IF;
  IF move = 'signing>review' AND (SELECT count(DISTINCT assessor_id) FROM assessments_signature
      WHERE assessment_id = NEW.id AND round = NEW.round AND digest = NEW.content_hash) < 2 THEN
    RAISE EXCEPTION 'both assessors sign first' USING ERRCODE = 'check_violation';
  END IF;
  IF move = 'review>settling' AND NEW.round = OLD.round THEN
    RAISE EXCEPTION 'signatures of a returned assessment count no more'
      USING ERRCODE = 'check_violation';
  END IF;
  IF move = 'review>published' AND EXISTS (SELECT 1 FROM assessments_sheet s
      JOIN organisations_user u ON u.id = s.assessor_id
      WHERE s.assessment_id = NEW.id AND u.username = NEW.reviewed_by) THEN
    RAISE EXCEPTION 'whoever scored does not approve' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER state_is_kept BEFORE UPDATE ON assessments_assessment
FOR EACH ROW EXECUTE FUNCTION assessments_state_is_kept();

CREATE FUNCTION assessments_begins_requested() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> 'requested' THEN
    RAISE EXCEPTION 'an assessment begins as a request' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER begins_requested BEFORE INSERT ON assessments_assessment
FOR EACH ROW EXECUTE FUNCTION assessments_begins_requested();

-- No state without the step that led there, told at the end of the transaction.
CREATE FUNCTION assessments_state_is_told() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE told text; present text;
BEGIN
  SELECT state INTO present FROM assessments_assessment WHERE id = NEW.id;
  SELECT after INTO told FROM assessments_step WHERE assessment_id = NEW.id ORDER BY id DESC LIMIT 1;
  IF told IS DISTINCT FROM present THEN
    RAISE EXCEPTION 'assessment % became % without a step', NEW.id, present
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER state_is_told AFTER INSERT OR UPDATE OF state ON assessments_assessment
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION assessments_state_is_told();

-- A finished sheet takes no more answers; the agreed one opens again when it is returned.
CREATE FUNCTION assessments_sheet_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE sheet assessments_sheet;
BEGIN
  SELECT * INTO sheet FROM assessments_sheet WHERE id = NEW.sheet_id;
  IF sheet.finished_at IS NOT NULL OR sheet.assessment_id <> NEW.assessment_id THEN
    RAISE EXCEPTION 'a finished sheet takes no more answers' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sheet_is_open BEFORE INSERT ON assessments_answer
FOR EACH ROW EXECUTE FUNCTION assessments_sheet_is_open();

CREATE FUNCTION assessments_own_sheet_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.assessor_id IS DISTINCT FROM NEW.assessor_id OR OLD.assessment_id <> NEW.assessment_id
     OR (OLD.assessor_id IS NOT NULL AND OLD.finished_at IS NOT NULL
         AND OLD.finished_at IS DISTINCT FROM NEW.finished_at) THEN
    RAISE EXCEPTION 'an assessor''s own sheet stays as she finished it'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER own_sheet_is_kept BEFORE UPDATE ON assessments_sheet
FOR EACH ROW EXECUTE FUNCTION assessments_own_sheet_is_kept();
