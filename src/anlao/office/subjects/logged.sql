-- Whoever sees a file of a register reads what was done to it, also while it lay elsewhere.
CREATE FUNCTION subjects_show_log_of(kind text, files regclass) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE POLICY %I ON shared_auditentry FOR SELECT USING (
    CASE WHEN subject ~ %L
      THEN EXISTS (SELECT 1 FROM %s WHERE id = split_part(subject, '':'', 2)::bigint)
      ELSE false END)', 'by_' || kind, '^' || kind || ':[0-9]{1,18}$', files);
END $$;
