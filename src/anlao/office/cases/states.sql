-- The moves a case may make. The same list stands in states.py.
CREATE FUNCTION cases_moves() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT ARRAY[
    'proposed>asked', 'asked>returned', 'returned>asked', 'asked>verifying', 'verifying>notice',
    'verifying>approval', 'notice>approval', 'notice>verifying', 'approval>verifying',
    'approval>open', 'approval>rejected', 'rejected>review', 'review>rejected', 'review>approval',
    'proposed>withdrawn', 'asked>withdrawn', 'returned>withdrawn', 'verifying>withdrawn',
    'notice>withdrawn', 'approval>withdrawn', 'review>withdrawn', 'open>suspended',
    'suspended>open', 'open>terminated', 'suspended>terminated', 'proposed>closed',
    'asked>closed', 'returned>closed', 'verifying>closed', 'notice>closed', 'approval>closed',
    'review>closed', 'open>closed', 'suspended>closed'] $$;

CREATE FUNCTION cases_state_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE move text := OLD.state || '>' || NEW.state; latest text;
BEGIN
  IF to_jsonb(OLD) - '{state,division_code,confirmed_on,round,deadline_on,deadline_note}'::text[]
     <> to_jsonb(NEW) - '{state,division_code,confirmed_on,round,deadline_on,deadline_note}'::text[]
     OR NEW.round < OLD.round THEN
    RAISE EXCEPTION 'a case stays what it was opened as' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.state = NEW.state THEN RETURN NEW; END IF;
  IF OLD.state = 'closed' THEN  -- the death was none: back to where it was, and nowhere else
    SELECT before INTO latest FROM cases_step WHERE case_id = NEW.id AND act = 'close'
      ORDER BY id DESC LIMIT 1;
    IF latest = NEW.state THEN RETURN NEW; END IF;
  END IF;
  IF NOT move = ANY (cases_moves()) THEN
    RAISE EXCEPTION 'no case goes from % to %', OLD.state, NEW.state
      USING ERRCODE = 'check_violation';
  END IF;
  IF move IN ('verifying>notice', 'verifying>approval') AND (SELECT count(DISTINCT kind)
      FROM cases_check WHERE case_id = NEW.id AND round = NEW.round
      AND NEW.path -> 'verify' ? kind) < jsonb_array_length(NEW.path -> 'verify') THEN
    RAISE EXCEPTION 'what is to be verified comes first' USING ERRCODE = 'check_violation';
  END IF;
  IF move = 'verifying>approval' AND (NEW.path ->> 'notice_days')::int > 0 THEN
    RAISE EXCEPTION 'the public notice comes first' USING ERRCODE = 'check_violation';
  END IF;
  IF move = 'notice>approval' AND EXISTS (SELECT 1 FROM cases_objection
      WHERE case_id = NEW.id AND answered_at IS NULL) THEN
    RAISE EXCEPTION 'objections are answered first' USING ERRCODE = 'check_violation';
  END IF;
  IF move IN ('approval>open', 'approval>rejected') AND NOT EXISTS (SELECT 1 FROM cases_ruling r
      WHERE r.case_id = NEW.id AND r.outcome = CASE NEW.state WHEN 'open' THEN 'approved'
        ELSE 'rejected' END AND r.id = (SELECT max(id) FROM cases_ruling WHERE case_id = NEW.id)
      AND r.at >= coalesce((SELECT max(at) FROM cases_step WHERE case_id = NEW.id
        AND after = 'approval'), r.at)) THEN
    RAISE EXCEPTION 'no decision without what it rests on' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER state_is_kept BEFORE UPDATE ON cases_case
FOR EACH ROW EXECUTE FUNCTION cases_state_is_kept();

CREATE FUNCTION cases_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT (NEW.state = 'proposed' AND NEW.way_in = 'finding'
       OR NEW.state = 'approval' AND NEW.way_in = 'finding'
       OR NEW.state = 'open' AND NEW.way_in = 'list'
       OR NEW.state = 'asked' AND NEW.way_in NOT IN ('finding', 'list')) THEN
    RAISE EXCEPTION 'no case begins as %', NEW.state USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER begins BEFORE INSERT ON cases_case FOR EACH ROW EXECUTE FUNCTION cases_begins();

-- Whoever worked on a case does not decide it.
CREATE FUNCTION cases_maker_is_no_approver() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM cases_step WHERE case_id = NEW.case_id AND "by" = NEW."by" AND act IN
      ('apply', 'confirm', 'supply', 'complete', 'post', 'pass_on', 'adopt'))
     OR EXISTS (SELECT 1 FROM cases_check WHERE case_id = NEW.case_id AND "by" = NEW."by") THEN
    RAISE EXCEPTION 'whoever worked on a case does not decide it'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER maker_is_no_approver BEFORE INSERT ON cases_ruling
FOR EACH ROW EXECUTE FUNCTION cases_maker_is_no_approver();

-- No state without the step that led there, told at the end of the transaction.
CREATE FUNCTION cases_state_is_told() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE told text; present text;
BEGIN
  SELECT state INTO present FROM cases_case WHERE id = NEW.id;
  SELECT after INTO told FROM cases_step WHERE case_id = NEW.id ORDER BY id DESC LIMIT 1;
  IF told IS DISTINCT FROM present THEN
    RAISE EXCEPTION 'case % became % without a step', NEW.id, present
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER state_is_told AFTER INSERT OR UPDATE OF state ON cases_case
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cases_state_is_told();

-- An objection and its text stay; it is answered once. A pause ends once.
CREATE FUNCTION cases_objection_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(OLD) - '{division_code,answer,is_upheld,answered_by,answered_at}'::text[]
     <> to_jsonb(NEW) - '{division_code,answer,is_upheld,answered_by,answered_at}'::text[]
     OR OLD.answered_at IS NOT NULL
        AND to_jsonb(OLD) - 'division_code' <> to_jsonb(NEW) - 'division_code' THEN
    RAISE EXCEPTION 'an objection is answered once' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER objection_is_kept BEFORE UPDATE ON cases_objection
FOR EACH ROW EXECUTE FUNCTION cases_objection_is_kept();
CREATE FUNCTION cases_pause_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(OLD) - '{division_code,until_day,ended_by}'::text[]
     <> to_jsonb(NEW) - '{division_code,until_day,ended_by}'::text[]
     OR OLD.until_day IS NOT NULL
        AND to_jsonb(OLD) - 'division_code' <> to_jsonb(NEW) - 'division_code' THEN
    RAISE EXCEPTION 'a pause ends once' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER pause_is_kept BEFORE UPDATE ON cases_pause
FOR EACH ROW EXECUTE FUNCTION cases_pause_is_kept();
