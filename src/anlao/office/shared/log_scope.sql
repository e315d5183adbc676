-- Who reads the log: staff with divisions, what concerns these divisions or no place at all. What
-- else somebody may see hangs on rows of other rooms, each of which adds a policy of its own.
ALTER TABLE shared_auditentry ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_division ON shared_auditentry FOR SELECT USING (
  division LIKE ANY ((SELECT scope_divisions())::text[])
  OR (division = '' AND (SELECT scope_divisions()) <> '{}'::text[]));
-- Whoever acts is logged: also one who sees nothing, such as a stranger with a wrong password.
CREATE POLICY added ON shared_auditentry FOR INSERT WITH CHECK (true);
-- The next entry follows the last of all, which its writer may not see.
CREATE FUNCTION audit_latest() RETURNS TABLE (number bigint, mark text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT number, mark FROM shared_auditentry ORDER BY number DESC LIMIT 1 $$;
