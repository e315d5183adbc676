-- A file follows its elder's registration. The new village may lie outside the scope of whoever
-- records the move, so the row is changed here, for somebody who sees it now.
CREATE FUNCTION registry_move_elder(elder bigint, code text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE present text;
BEGIN
  SELECT division_code INTO present FROM registry_elder WHERE id = elder FOR UPDATE;
  IF present IS NULL OR NOT present LIKE ANY (scope_divisions()) THEN
    RAISE EXCEPTION 'the file is outside the scope' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF code !~ '^\d{6}(\d{3}){0,2}$' OR left(code, 6) <> left(present, 6) THEN
    RAISE EXCEPTION 'a file moves inside its county only' USING ERRCODE = 'check_violation';
  END IF;
  UPDATE registry_elder SET division_code = code WHERE id = elder;
END $$;
