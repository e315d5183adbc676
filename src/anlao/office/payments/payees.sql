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
