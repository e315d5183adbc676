-- Proposals to suspend: row scope, one answer each, and none that outlives what it rests on.
CREATE TRIGGER division_of_part BEFORE INSERT ON cases_pauseproposal
  FOR EACH ROW EXECUTE FUNCTION cases_division_of_part();
CREATE FUNCTION cases_proposals_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE cases_pauseproposal SET division_code = NEW.division_code WHERE case_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER case_moved_proposals AFTER UPDATE OF division_code ON cases_case FOR EACH ROW
WHEN (OLD.division_code IS DISTINCT FROM NEW.division_code)
EXECUTE FUNCTION cases_proposals_moved();
ALTER TABLE cases_pauseproposal ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_division ON cases_pauseproposal USING (
  division_code LIKE ANY ((SELECT scope_divisions())::text[]));

CREATE FUNCTION cases_proposal_begins() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.state <> 'open' OR NOT EXISTS (SELECT 1 FROM cases_case
      WHERE id = NEW.case_id AND state = 'open' AND elder_id IS NOT NULL) THEN
    RAISE EXCEPTION 'only a benefit that an elder receives is proposed to be suspended'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER begins BEFORE INSERT ON cases_pauseproposal
  FOR EACH ROW EXECUTE FUNCTION cases_proposal_begins();

CREATE FUNCTION cases_proposal_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(OLD) - '{division_code,state,answer,answered_by,answered_at}'::text[]
     <> to_jsonb(NEW) - '{division_code,state,answer,answered_by,answered_at}'::text[]
     OR OLD.state <> 'open'
        AND to_jsonb(OLD) - 'division_code' <> to_jsonb(NEW) - 'division_code' THEN
    RAISE EXCEPTION 'a proposal is answered once' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER is_kept BEFORE UPDATE ON cases_pauseproposal
  FOR EACH ROW EXECUTE FUNCTION cases_proposal_is_kept();

-- At the end of a transaction no proposal is open whose case is not, or whose elder was confirmed
-- alive after it was made: whoever records that withdraws it.
CREATE FUNCTION cases_no_proposal_is_left(cases bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM cases_pauseproposal p JOIN cases_case c ON c.id = p.case_id
      WHERE p.state = 'open' AND c.id = ANY (cases) AND (c.state <> 'open' OR EXISTS (
        SELECT 1 FROM cases_confirmedalive a WHERE a.elder_id = c.elder_id AND a.at > p.at))) THEN
    RAISE EXCEPTION 'a proposal to suspend is left open' USING ERRCODE = 'check_violation';
  END IF;
END $$;
CREATE FUNCTION cases_case_leaves_no_proposal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM cases_no_proposal_is_left(ARRAY[NEW.id]);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER leaves_no_proposal AFTER UPDATE OF state ON cases_case
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.state = 'open' AND NEW.state <> 'open')
EXECUTE FUNCTION cases_case_leaves_no_proposal();
CREATE FUNCTION cases_life_leaves_no_proposal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM cases_no_proposal_is_left(
    ARRAY(SELECT id FROM cases_case WHERE elder_id = NEW.elder_id));
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER leaves_no_proposal AFTER INSERT ON cases_confirmedalive
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cases_life_leaves_no_proposal();

DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    EXECUTE 'REVOKE DELETE ON cases_pauseproposal FROM anlao_app';
  END IF;
END $$;
