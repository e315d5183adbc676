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
CREATE FUNCTION payments_file_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE moved text := TG_ARGV[0] || ':' || NEW.id;
BEGIN
  UPDATE payments_account SET division_code = NEW.division_code WHERE subject = moved;
  UPDATE payments_due SET division_code = NEW.division_code
    WHERE subject = moved AND elder_id IS NULL;
  UPDATE payments_transfer t SET division_code = NEW.division_code FROM payments_line l
    WHERE l.id = t.line_id AND l.subject = moved;
  UPDATE payments_line SET division_code = NEW.division_code WHERE subject = moved;
  UPDATE payments_recoverystep s SET division_code = NEW.division_code FROM payments_recovery r
    WHERE r.id = s.recovery_id AND r.subject = moved;
  UPDATE payments_recovery SET division_code = NEW.division_code WHERE subject = moved;
  RETURN NULL;
END $$;
DO $$
DECLARE pair text[];
BEGIN
  FOREACH pair SLICE 1 IN ARRAY ARRAY[
      ARRAY['facilities_institution', 'institution'], ARRAY['facilities_stay', 'resident'],
      ARRAY['facilities_centre', 'centre'], ARRAY['workforce_caregiver', 'caregiver']] LOOP
    EXECUTE format('CREATE TRIGGER payments_moved AFTER UPDATE OF division_code ON %I FOR EACH ROW
      WHEN (OLD.division_code IS DISTINCT FROM NEW.division_code)
      EXECUTE FUNCTION payments_file_moved(%L)', pair[1], pair[2]);
  END LOOP;
END $$;
