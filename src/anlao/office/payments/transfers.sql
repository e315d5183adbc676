-- As before, and also that there are such a line, account and run: asked once for a statement instead
-- of by three foreign keys for each row. None of the three is removed: lines that are owed, accounts
-- and runs stay, their own guards see to it.
CREATE OR REPLACE FUNCTION payments_transfer_brings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE wrong record;
BEGIN
  EXECUTE $query$
    SELECT m.reference, m.line_id FROM made m
    LEFT JOIN payments_line l ON l.id = m.line_id
    LEFT JOIN payments_account a ON a.id = m.account_id
    LEFT JOIN payments_run r ON r.id = m.run_id
    WHERE (m.state = 'ready' AND l.state = 'owed' AND a.subject = l.payee AND r.id IS NOT NULL
      AND m.fen = l.fen - l.offset_fen) IS NOT TRUE
    ORDER BY m.id LIMIT 1$query$ INTO wrong;
  IF wrong.reference IS NOT NULL THEN
    RAISE EXCEPTION 'transfer % does not bring what line % owes', wrong.reference, wrong.line_id;
  END IF;
  RETURN NULL;
END $$;
-- Half of each page is left free, so that a row that goes on to its next state stays on its page and
-- no index gets a new entry.
ALTER TABLE payments_line SET (fillfactor = 50);
ALTER TABLE payments_transfer SET (fillfactor = 50);
