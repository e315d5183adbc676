-- What guards lines and transfers, asked where something is wrong or once for a whole statement: a
-- function called for each of a hundred thousand rows that are as they should be took most of a
-- statement. Nothing is allowed that was refused before.
DROP TRIGGER kept ON payments_line;
DROP FUNCTION payments_line_is_kept();
CREATE FUNCTION payments_line_goes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE stage text;
BEGIN
  SELECT state INTO STRICT stage FROM payments_run WHERE id = OLD.run_id;
  IF stage <> 'open' OR OLD.state NOT IN ('listed', 'held') THEN
    RAISE EXCEPTION 'lines go only while their run is decided again';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER goes BEFORE DELETE ON payments_line
  FOR EACH ROW EXECUTE FUNCTION payments_line_goes();
CREATE FUNCTION payments_line_is_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a line is never changed; decide the run again or open a child run';
END $$;
CREATE TRIGGER kept BEFORE UPDATE ON payments_line FOR EACH ROW
  WHEN ((OLD.id, OLD.run_id, OLD.subject, OLD.payee, OLD.elder_id, OLD.provision, OLD.month,
      OLD.period, OLD.follows_id, OLD.before_fen, OLD.due_fen, OLD.fen, OLD.previous_fen,
      OLD.reason)
    IS DISTINCT FROM (NEW.id, NEW.run_id, NEW.subject, NEW.payee, NEW.elder_id, NEW.provision,
      NEW.month, NEW.period, NEW.follows_id, NEW.before_fen, NEW.due_fen, NEW.fen,
      NEW.previous_fen, NEW.reason))
  EXECUTE FUNCTION payments_line_is_another();
-- Planned each time, and in order: a plan kept from a statement of one row, or one that hopes to meet
-- a wrong one early, goes through all pairs of a large statement.
CREATE FUNCTION payments_lines_go_on() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE wrong record;
BEGIN
  EXECUTE $query$
    SELECT r.state AS stage, b.state AS was, a.state AS is_now
    FROM was b JOIN made a ON a.id = b.id JOIN payments_run r ON r.id = a.run_id
    WHERE (b.state, b.held_for, b.cleared, b.offset_fen)
        IS DISTINCT FROM (a.state, a.held_for, a.cleared, a.offset_fen)
      AND (r.state = 'open' AND b.cleared = a.cleared AND a.state IN ('listed', 'held')
        OR b.offset_fen = a.offset_fen AND (
          b.state IN ('listed', 'held') AND a.state IN ('listed', 'held')
            AND r.state IN ('open', 'previewed')
          OR b.state IN ('listed', 'held') AND a.state = 'left_out'
            AND r.state IN ('approved', 'cancelled')
          OR b.state = 'listed' AND a.state IN ('owed', 'charged') AND r.state = 'approved'))
        IS NOT TRUE
    ORDER BY a.id LIMIT 1$query$ INTO wrong;
  IF wrong.stage IS NOT NULL THEN
    RAISE EXCEPTION 'a line of a run that is % does not go from % to %, nor changes so',
      wrong.stage, wrong.was, wrong.is_now;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER go_on AFTER UPDATE ON payments_line REFERENCING OLD TABLE AS was NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION payments_lines_go_on();

DROP TRIGGER follows ON payments_line;
CREATE TRIGGER follows BEFORE INSERT ON payments_line FOR EACH ROW
  WHEN (NOT (NEW.state IN ('listed', 'held') AND NEW.follows_id IS NULL AND NEW.before_fen = 0))
  EXECUTE FUNCTION payments_line_follows();
DROP TRIGGER has_payee ON payments_line;
CREATE TRIGGER has_payee BEFORE INSERT ON payments_line FOR EACH ROW
  WHEN (NEW.payee <> NEW.subject) EXECUTE FUNCTION payments_line_has_payee();

DROP TRIGGER goes_on ON payments_transfer;
CREATE OR REPLACE FUNCTION payments_transfer_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a transfer is never changed; a returned one is sent anew';
END $$;
CREATE TRIGGER goes_on BEFORE UPDATE ON payments_transfer FOR EACH ROW
  WHEN ((OLD.id, OLD.line_id, OLD.run_id, OLD.account_id, OLD.reference, OLD.fen)
      IS DISTINCT FROM (NEW.id, NEW.line_id, NEW.run_id, NEW.account_id, NEW.reference, NEW.fen)
    OR OLD.state <> NEW.state
      AND (OLD.state, NEW.state) NOT IN (('ready', 'sent'), ('sent', 'paid'), ('sent', 'returned'))
    OR OLD.state <> 'ready' AND OLD.file_id IS DISTINCT FROM NEW.file_id
    OR OLD.state IN ('paid', 'returned')
      AND (OLD.bank_code, OLD.bank_note) IS DISTINCT FROM (NEW.bank_code, NEW.bank_note))
  EXECUTE FUNCTION payments_transfer_goes_on();
