-- Row security of payments, and what no program may do to money whatever it believes.
DO $$
DECLARE part text;
BEGIN
  FOREACH part IN ARRAY ARRAY['account', 'due', 'line', 'transfer', 'signature', 'bankfile',
      'confirmation', 'answer', 'recovery', 'recoverystep', 'entry', 'posting'] LOOP
    EXECUTE format('ALTER TABLE payments_%s ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY by_division ON payments_%s USING (
      division_code LIKE ANY ((SELECT scope_divisions())::text[]))', part);
  END LOOP;
END $$;
-- A run names nobody: who sees a part of its county sees that there is one.
ALTER TABLE payments_run ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_division ON payments_run USING (
  division_code LIKE ANY ((SELECT scope_divisions())::text[])
  OR EXISTS (SELECT 1 FROM unnest(scope_divisions()) AS own WHERE own LIKE division_code || '%'));

CREATE FUNCTION payments_refused() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is never changed or removed; enter a correction', TG_TABLE_NAME; END $$;
DO $$
DECLARE part text;
BEGIN
  FOREACH part IN ARRAY ARRAY['signature', 'bankfile', 'confirmation', 'answer', 'recoverystep', 'entry',
      'posting'] LOOP
    EXECUTE format('CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON payments_%s
      FOR EACH STATEMENT EXECUTE FUNCTION payments_refused()', part);
    IF part <> 'recoverystep' THEN
      EXECUTE format('CREATE TRIGGER never_changed BEFORE UPDATE ON payments_%s
        FOR EACH STATEMENT EXECUTE FUNCTION payments_refused()', part);
    END IF;
  END LOOP;
END $$;

-- A run goes one way; what was signed stays as it was signed.
CREATE FUNCTION payments_run_goes_on() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE way text := OLD.state || '>' || NEW.state;
BEGIN
  IF (NEW.division_code, NEW.month, NEW.kind, NEW.made_by, NEW.made_at)
     IS DISTINCT FROM (OLD.division_code, OLD.month, OLD.kind, OLD.made_by, OLD.made_at)
     OR NEW.parent_id IS DISTINCT FROM OLD.parent_id THEN
    RAISE EXCEPTION 'a run stays what it was opened as';
  END IF;
  IF OLD.state IN ('approved', 'sent', 'closed', 'cancelled')
     AND (NEW.digest, NEW.lines, NEW.fen, NEW.rulebook, NEW.rules_digest)
     IS DISTINCT FROM (OLD.digest, OLD.lines, OLD.fen, OLD.rulebook, OLD.rules_digest) THEN
    RAISE EXCEPTION 'what was approved is not decided again; open a child run';
  END IF;
  IF way NOT IN ('open>open', 'open>previewed', 'open>cancelled', 'previewed>open',
      'previewed>previewed', 'previewed>reviewed', 'previewed>cancelled', 'reviewed>reviewed',
      'reviewed>previewed', 'reviewed>open', 'reviewed>approved', 'reviewed>cancelled',
      'approved>approved', 'approved>sent', 'approved>closed', 'sent>sent', 'sent>closed') THEN
    RAISE EXCEPTION 'a run does not go from % to %', OLD.state, NEW.state;
  END IF;
  IF way = 'previewed>reviewed' AND NOT EXISTS (SELECT 1 FROM payments_signature s
      WHERE s.run_id = NEW.id AND s.part = 'review' AND s.digest = NEW.digest) THEN
    RAISE EXCEPTION 'nobody has reviewed this run as it stands';
  END IF;
  IF way = 'reviewed>approved' AND NOT EXISTS (SELECT 1 FROM payments_signature s
      WHERE s.run_id = NEW.id AND s.part = 'approval' AND s.digest = NEW.digest) THEN
    RAISE EXCEPTION 'nobody has approved this run as it stands';
  END IF;
  IF NEW.state = 'closed' AND OLD.state <> 'closed' AND EXISTS (SELECT 1 FROM payments_transfer t
      WHERE t.run_id = NEW.id AND t.state IN ('ready', 'sent')) THEN
    RAISE EXCEPTION 'transfers of this run are still on their way';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER goes_on BEFORE UPDATE ON payments_run
  FOR EACH ROW EXECUTE FUNCTION payments_run_goes_on();
CREATE TRIGGER never_removed BEFORE DELETE OR TRUNCATE ON payments_run
  FOR EACH STATEMENT EXECUTE FUNCTION payments_refused();
CREATE FUNCTION payments_run_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> 'open' THEN RAISE EXCEPTION 'a run begins open'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER begins BEFORE INSERT ON payments_run
  FOR EACH ROW EXECUTE FUNCTION payments_run_begins();

-- Whoever makes a run is not whoever checks it, and nobody checks twice.
CREATE FUNCTION payments_two_pairs_of_eyes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE signed payments_run;
BEGIN
  SELECT * INTO STRICT signed FROM payments_run WHERE id = NEW.run_id FOR UPDATE;
  IF signed.made_by = NEW."by" THEN
    RAISE EXCEPTION 'whoever made a run does not sign it';
  END IF;
  IF signed.digest = '' OR signed.digest <> NEW.digest THEN
    RAISE EXCEPTION 'the run has changed since it was looked at';
  END IF;
  IF signed.state <> (CASE NEW.part WHEN 'review' THEN 'previewed' ELSE 'reviewed' END) THEN
    RAISE EXCEPTION 'a run that is % takes no %', signed.state, NEW.part;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER two_pairs_of_eyes BEFORE INSERT ON payments_signature
  FOR EACH ROW EXECUTE FUNCTION payments_two_pairs_of_eyes();

-- A line follows the latest one, and says no less than what that one said was due.
CREATE FUNCTION payments_line_follows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE before payments_line;
BEGIN
  IF NEW.state NOT IN ('listed', 'held') THEN
    RAISE EXCEPTION 'a line begins listed or held';
  END IF;
  IF NEW.follows_id IS NULL THEN
    IF NEW.before_fen <> 0 THEN RAISE EXCEPTION 'a first line has nothing before it'; END IF;
    RETURN NEW;
  END IF;
  SELECT * INTO STRICT before FROM payments_line WHERE id = NEW.follows_id;
  IF (before.subject, before.provision, before.period) <> (NEW.subject, NEW.provision, NEW.period)
     OR before.due_fen <> NEW.before_fen OR before.state NOT IN ('owed', 'charged') THEN
    RAISE EXCEPTION 'line % does not follow line %', NEW.id, NEW.follows_id;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER follows BEFORE INSERT ON payments_line
  FOR EACH ROW EXECUTE FUNCTION payments_line_follows();

CREATE FUNCTION payments_line_is_kept() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE stage text;
BEGIN
  IF TG_OP = 'DELETE' THEN
    SELECT state INTO STRICT stage FROM payments_run WHERE id = OLD.run_id;
    IF stage <> 'open' OR OLD.state NOT IN ('listed', 'held') THEN
      RAISE EXCEPTION 'lines go only while their run is decided again';
    END IF;
    RETURN OLD;
  END IF;
  IF to_jsonb(OLD) - 'division_code' = to_jsonb(NEW) - 'division_code' THEN RETURN NEW; END IF;
  SELECT state INTO STRICT stage FROM payments_run WHERE id = OLD.run_id;
  IF stage = 'open' AND to_jsonb(OLD) - 'state' - 'held_for' - 'offset_fen'
     = to_jsonb(NEW) - 'state' - 'held_for' - 'offset_fen' AND NEW.state IN ('listed', 'held') THEN
    RETURN NEW;
  END IF;
  IF to_jsonb(OLD) - 'division_code' - 'state' - 'held_for' - 'cleared'
     <> to_jsonb(NEW) - 'division_code' - 'state' - 'held_for' - 'cleared' THEN
    RAISE EXCEPTION 'a line is never changed; decide the run again or open a child run';
  END IF;
  IF NOT ((OLD.state IN ('listed', 'held') AND NEW.state IN ('listed', 'held')
           AND stage IN ('open', 'previewed'))
       OR (OLD.state IN ('listed', 'held') AND NEW.state = 'left_out'
           AND stage IN ('approved', 'cancelled'))
       OR (OLD.state = 'listed' AND NEW.state IN ('owed', 'charged') AND stage = 'approved')) THEN
    RAISE EXCEPTION 'a line of a run that is % does not go from % to %', stage, OLD.state,
      NEW.state;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON payments_line
  FOR EACH ROW EXECUTE FUNCTION payments_line_is_kept();

-- A transfer brings a line's whole money to its own payee's account, and goes one way.
CREATE FUNCTION payments_transfer_brings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE owed payments_line; payee text;
BEGIN
  SELECT * INTO STRICT owed FROM payments_line WHERE id = NEW.line_id;
  SELECT subject INTO STRICT payee FROM payments_account WHERE id = NEW.account_id;
  IF NEW.state <> 'ready' OR owed.state <> 'owed' OR payee <> owed.subject
     OR NEW.fen <> owed.fen - owed.offset_fen THEN
    RAISE EXCEPTION 'transfer % does not bring what line % owes', NEW.reference, NEW.line_id;
  END IF;
  IF EXISTS (SELECT 1 FROM payments_transfer t WHERE t.line_id = NEW.line_id AND t.state = 'paid')
  THEN
    RAISE EXCEPTION 'line % is paid already', NEW.line_id;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER brings BEFORE INSERT ON payments_transfer
  FOR EACH ROW EXECUTE FUNCTION payments_transfer_brings();
CREATE FUNCTION payments_transfer_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(OLD) - 'division_code' - 'state' - 'file_id' - 'bank_code' - 'bank_note'
     <> to_jsonb(NEW) - 'division_code' - 'state' - 'file_id' - 'bank_code' - 'bank_note'
     OR (OLD.state <> NEW.state
         AND OLD.state || '>' || NEW.state NOT IN ('ready>sent', 'sent>paid', 'sent>returned'))
     OR (OLD.state <> 'ready' AND OLD.file_id IS DISTINCT FROM NEW.file_id)
     OR (OLD.state IN ('paid', 'returned')
         AND (OLD.bank_code, OLD.bank_note) IS DISTINCT FROM (NEW.bank_code, NEW.bank_note)) THEN
    RAISE EXCEPTION 'a transfer is never changed; a returned one is sent anew';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER goes_on BEFORE UPDATE ON payments_transfer
  FOR EACH ROW EXECUTE FUNCTION payments_transfer_goes_on();
CREATE TRIGGER never_removed BEFORE DELETE OR TRUNCATE ON payments_transfer
  FOR EACH STATEMENT EXECUTE FUNCTION payments_refused();

-- An account is ended, never changed.
CREATE FUNCTION payments_account_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(OLD) - 'division_code' - 'ended_by' - 'ended_at'
     <> to_jsonb(NEW) - 'division_code' - 'ended_by' - 'ended_at'
     OR (OLD.ended_at IS NOT NULL
         AND (OLD.ended_by, OLD.ended_at) IS DISTINCT FROM (NEW.ended_by, NEW.ended_at)) THEN
    RAISE EXCEPTION 'an account is never changed; enter another one';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE UPDATE ON payments_account
  FOR EACH ROW EXECUTE FUNCTION payments_account_is_kept();
CREATE TRIGGER never_removed BEFORE DELETE OR TRUNCATE ON payments_account
  FOR EACH STATEMENT EXECUTE FUNCTION payments_refused();

-- A recovery never goes below nothing, and is settled exactly when it is nothing.
CREATE FUNCTION payments_recovery_balances() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE balance bigint; stage text;
BEGIN
  SELECT state INTO STRICT stage FROM payments_recovery WHERE id = NEW.recovery_id;
  SELECT coalesce(sum(fen), 0) INTO balance FROM payments_recoverystep
    WHERE recovery_id = NEW.recovery_id;
  IF balance < 0 OR (balance = 0) <> (stage = 'settled') THEN
    RAISE EXCEPTION 'recovery % has a balance of % and is %', NEW.recovery_id, balance, stage;
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON payments_recoverystep
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_recovery_balances();
CREATE FUNCTION payments_step_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(OLD) - 'division_code' <> to_jsonb(NEW) - 'division_code' THEN
    RAISE EXCEPTION 'a step of a recovery is never changed';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE UPDATE ON payments_recoverystep
  FOR EACH ROW EXECUTE FUNCTION payments_step_is_kept();

-- Double entry: the postings of an entry add up to nothing.
CREATE FUNCTION payments_entry_balances() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF (SELECT sum(fen) FROM payments_posting WHERE entry_id = NEW.entry_id) <> 0 THEN
    RAISE EXCEPTION 'the postings of entry % do not add up', NEW.entry_id;
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON payments_posting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_entry_balances();

-- Rows about an elder go with her.
CREATE FUNCTION payments_elder_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE payments_account SET division_code = NEW.division_code WHERE elder_id = NEW.id;
  UPDATE payments_due SET division_code = NEW.division_code WHERE elder_id = NEW.id;
  UPDATE payments_transfer t SET division_code = NEW.division_code FROM payments_line l
    WHERE l.id = t.line_id AND l.elder_id = NEW.id;
  UPDATE payments_line SET division_code = NEW.division_code WHERE elder_id = NEW.id;
  UPDATE payments_recoverystep s SET division_code = NEW.division_code FROM payments_recovery r
    WHERE r.id = s.recovery_id AND r.elder_id = NEW.id;
  UPDATE payments_recovery SET division_code = NEW.division_code WHERE elder_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER elder_moved_payments AFTER UPDATE OF division_code ON registry_elder FOR EACH ROW
WHEN (OLD.division_code IS DISTINCT FROM NEW.division_code) EXECUTE FUNCTION payments_elder_moved();

-- Lines are made by the office's own decide; the application only moves them on.
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    EXECUTE 'REVOKE INSERT, UPDATE, DELETE ON payments_due FROM anlao_app';
    EXECUTE 'REVOKE INSERT, DELETE ON payments_line FROM anlao_app';
    EXECUTE 'REVOKE UPDATE ON payments_signature, payments_bankfile, payments_confirmation,
      payments_answer,
      payments_recoverystep, payments_entry, payments_posting FROM anlao_app';
  END IF;
END $$;
