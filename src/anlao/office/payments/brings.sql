-- A transfer brings a line's money to its payee. Asked once for all that a statement makes: asked for
-- each of a hundred thousand, it took longer than making them. That a paid line is not paid again is
-- transfer_one_at_a_time's business.
DROP TRIGGER brings ON payments_transfer;
CREATE OR REPLACE FUNCTION payments_transfer_brings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE wrong record;
BEGIN
  SELECT m.reference, m.line_id INTO wrong FROM made m
    LEFT JOIN payments_line l ON l.id = m.line_id
    LEFT JOIN payments_account a ON a.id = m.account_id
    WHERE (m.state = 'ready' AND l.state = 'owed' AND a.subject = l.payee
      AND m.fen = l.fen - l.offset_fen) IS NOT TRUE
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'transfer % does not bring what line % owes', wrong.reference, wrong.line_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER brings AFTER INSERT ON payments_transfer REFERENCING NEW TABLE AS made
  FOR EACH STATEMENT EXECUTE FUNCTION payments_transfer_brings();
