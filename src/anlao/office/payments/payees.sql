-- A transfer brings a line's money to its payee: of a resident's subsidy that is the institution.
CREATE OR REPLACE FUNCTION payments_transfer_brings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE owed payments_line; payee text;
BEGIN
  SELECT * INTO STRICT owed FROM payments_line WHERE id = NEW.line_id;
  SELECT subject INTO STRICT payee FROM payments_account WHERE id = NEW.account_id;
  IF NEW.state <> 'ready' OR owed.state <> 'owed' OR payee <> owed.payee
     OR NEW.fen <> owed.fen - owed.offset_fen THEN
    RAISE EXCEPTION 'transfer % does not bring what line % owes', NEW.reference, NEW.line_id;
  END IF;
  IF EXISTS (SELECT 1 FROM payments_transfer t WHERE t.line_id = NEW.line_id AND t.state = 'paid')
  THEN
    RAISE EXCEPTION 'line % is paid already', NEW.line_id;
  END IF;
  RETURN NEW;
END $$;
-- An elder's money is her own; nobody's line goes to a payee whom nobody knows.
CREATE FUNCTION payments_line_has_payee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.payee <> NEW.subject
     AND (NEW.subject NOT LIKE 'resident:%' OR NEW.payee NOT LIKE 'institution:%') THEN
    RAISE EXCEPTION 'what is owed for % does not go to %', NEW.subject, NEW.payee;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER has_payee BEFORE INSERT ON payments_line
  FOR EACH ROW EXECUTE FUNCTION payments_line_has_payee();
-- Rows about a file go with it, as an elder's go with her.
CREATE FUNCTION payments_line_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE payments_transfer SET division_code = NEW.division_code WHERE line_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER line_moved AFTER UPDATE OF division_code ON payments_line FOR EACH ROW
WHEN (OLD.division_code IS DISTINCT FROM NEW.division_code AND NEW.elder_id IS NULL)
EXECUTE FUNCTION payments_line_moved();
CREATE FUNCTION payments_recovery_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE payments_recoverystep SET division_code = NEW.division_code WHERE recovery_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER recovery_moved AFTER UPDATE OF division_code ON payments_recovery FOR EACH ROW
WHEN (OLD.division_code IS DISTINCT FROM NEW.division_code AND NEW.elder_id IS NULL)
EXECUTE FUNCTION payments_recovery_moved();
SELECT benefits_follow_files('payments_moved', 'benefits_file_moved',
  'payments_account', 'payments_due', 'payments_line', 'payments_recovery');

-- As before, but comparing columns: turning each of a hundred thousand rows into JSON, thrice, took
-- most of an approval.
CREATE OR REPLACE FUNCTION payments_line_is_kept() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE stage text; is_same boolean;
BEGIN
  IF TG_OP = 'DELETE' THEN
    SELECT state INTO STRICT stage FROM payments_run WHERE id = OLD.run_id;
    IF stage <> 'open' OR OLD.state NOT IN ('listed', 'held') THEN
      RAISE EXCEPTION 'lines go only while their run is decided again';
    END IF;
    RETURN OLD;
  END IF;
  is_same := (OLD.id, OLD.run_id, OLD.subject, OLD.payee, OLD.elder_id, OLD.provision, OLD.month,
      OLD.period, OLD.follows_id, OLD.before_fen, OLD.due_fen, OLD.fen, OLD.previous_fen,
      OLD.reason)
    IS NOT DISTINCT FROM (NEW.id, NEW.run_id, NEW.subject, NEW.payee, NEW.elder_id, NEW.provision,
      NEW.month, NEW.period, NEW.follows_id, NEW.before_fen, NEW.due_fen, NEW.fen,
      NEW.previous_fen, NEW.reason);
  IF NOT is_same THEN
    RAISE EXCEPTION 'a line is never changed; decide the run again or open a child run';
  END IF;
  IF (OLD.state, OLD.held_for, OLD.cleared, OLD.offset_fen)
     IS NOT DISTINCT FROM (NEW.state, NEW.held_for, NEW.cleared, NEW.offset_fen) THEN
    RETURN NEW;
  END IF;
  SELECT state INTO STRICT stage FROM payments_run WHERE id = OLD.run_id;
  IF stage = 'open' AND OLD.cleared = NEW.cleared AND NEW.state IN ('listed', 'held') THEN
    RETURN NEW;
  END IF;
  IF OLD.offset_fen <> NEW.offset_fen THEN
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
CREATE OR REPLACE FUNCTION payments_transfer_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.line_id, OLD.run_id, OLD.account_id, OLD.reference, OLD.fen)
     IS DISTINCT FROM (NEW.id, NEW.line_id, NEW.run_id, NEW.account_id, NEW.reference, NEW.fen)
     OR (OLD.state <> NEW.state
         AND OLD.state || '>' || NEW.state NOT IN ('ready>sent', 'sent>paid', 'sent>returned'))
     OR (OLD.state <> 'ready' AND OLD.file_id IS DISTINCT FROM NEW.file_id)
     OR (OLD.state IN ('paid', 'returned')
         AND (OLD.bank_code, OLD.bank_note) IS DISTINCT FROM (NEW.bank_code, NEW.bank_note)) THEN
    RAISE EXCEPTION 'a transfer is never changed; a returned one is sent anew';
  END IF;
  RETURN NEW;
END $$;
