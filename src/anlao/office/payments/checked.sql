-- Budgets and samples: seen inside one's own area, added to, never changed.
DO $$
DECLARE part text;
BEGIN
  FOREACH part IN ARRAY ARRAY['budget', 'sample', 'sampleitem', 'samplecheck'] LOOP
    EXECUTE format('ALTER TABLE payments_%s ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY by_division ON payments_%s USING (
      division_code LIKE ANY ((SELECT scope_divisions())::text[]))', part);
    EXECUTE format('CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON payments_%s
      FOR EACH STATEMENT EXECUTE FUNCTION payments_refused()', part);
  END LOOP;
  FOREACH part IN ARRAY ARRAY['budget', 'sample'] LOOP
    EXECUTE format('CREATE TRIGGER never_changed BEFORE UPDATE ON payments_%s
      FOR EACH STATEMENT EXECUTE FUNCTION payments_refused()', part);
  END LOOP;
  FOREACH part IN ARRAY ARRAY['sampleitem', 'samplecheck'] LOOP
    EXECUTE format('CREATE TRIGGER kept BEFORE UPDATE ON payments_%s
      FOR EACH ROW EXECUTE FUNCTION payments_step_is_kept()', part);
  END LOOP;
END $$;

-- Whoever made a run, wrote its bank files or read their answers does not verify it.
CREATE FUNCTION payments_hands_of(run bigint) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT array_agg(name) FROM (
    SELECT made_by AS name FROM payments_run WHERE id = run
    UNION SELECT made_by FROM payments_bankfile WHERE run_id = run
    UNION SELECT read_by FROM payments_answer WHERE run_id = run) AS hands
$$;

-- A sample is drawn once nothing of its run is on the way: then what was paid stays as it is.
CREATE FUNCTION payments_sample_is_drawn() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE drawn payments_run; paid int; waiting int;
BEGIN
  SELECT * INTO STRICT drawn FROM payments_run WHERE id = NEW.run_id;
  SELECT count(*) FILTER (WHERE state = 'paid'),
    count(*) FILTER (WHERE state IN ('ready', 'sent'))
    INTO paid, waiting FROM payments_transfer WHERE run_id = NEW.run_id;
  IF drawn.state NOT IN ('sent', 'closed') OR waiting > 0 OR paid <> NEW.population
     OR drawn.division_code <> NEW.division_code THEN
    RAISE EXCEPTION 'run % cannot be verified so', NEW.run_id;
  END IF;
  IF NEW."by" = ANY (payments_hands_of(NEW.run_id)) THEN
    RAISE EXCEPTION 'whoever worked on a run does not verify it';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER drawn BEFORE INSERT ON payments_sample
  FOR EACH ROW EXECUTE FUNCTION payments_sample_is_drawn();

CREATE FUNCTION payments_item_fits() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM payments_sample s JOIN payments_transfer t ON t.run_id = s.run_id
      WHERE s.id = NEW.sample_id AND t.id = NEW.transfer_id AND t.state = 'paid'
        AND NEW.place BETWEEN 1 AND s.size) THEN
    RAISE EXCEPTION 'transfer % is no part of sample %', NEW.transfer_id, NEW.sample_id;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER fits BEFORE INSERT ON payments_sampleitem
  FOR EACH ROW EXECUTE FUNCTION payments_item_fits();

CREATE FUNCTION payments_check_fits() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE sent bigint; run bigint;
BEGIN
  SELECT t.fen, t.run_id INTO STRICT sent, run FROM payments_sampleitem i
    JOIN payments_transfer t ON t.id = i.transfer_id WHERE i.id = NEW.item_id;
  IF (NEW.result = 'full' AND NEW.received_fen <> sent)
     OR (NEW.result = 'less' AND NEW.received_fen >= sent) THEN
    RAISE EXCEPTION 'what was received does not fit the result';
  END IF;
  IF NEW."by" = ANY (payments_hands_of(run)) THEN
    RAISE EXCEPTION 'whoever worked on a run does not verify it';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER fits BEFORE INSERT ON payments_samplecheck
  FOR EACH ROW EXECUTE FUNCTION payments_check_fits();

-- Rows about an elder go with her.
CREATE FUNCTION payments_sampled_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE payments_sampleitem i SET division_code = NEW.division_code
    FROM payments_transfer t JOIN payments_line l ON l.id = t.line_id
    WHERE t.id = i.transfer_id AND l.elder_id = NEW.id;
  UPDATE payments_samplecheck c SET division_code = NEW.division_code
    FROM payments_sampleitem i JOIN payments_transfer t ON t.id = i.transfer_id
    JOIN payments_line l ON l.id = t.line_id
    WHERE i.id = c.item_id AND l.elder_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER elder_moved_samples AFTER UPDATE OF division_code ON registry_elder FOR EACH ROW
WHEN (OLD.division_code IS DISTINCT FROM NEW.division_code)
EXECUTE FUNCTION payments_sampled_moved();

DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    EXECUTE 'REVOKE UPDATE, DELETE ON payments_budget, payments_sample, payments_sampleitem,
      payments_samplecheck FROM anlao_app';
  END IF;
END $$;
