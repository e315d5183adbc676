-- Whoever sees an elder's file reads what was done to it, also while it lay in another village: the
-- staff of its place, an organisation that has her on its list, and she herself.
CREATE POLICY by_elder ON shared_auditentry FOR SELECT USING (
  CASE WHEN subject ~ '^elder:[0-9]{1,18}$'
    THEN EXISTS (SELECT 1 FROM registry_elder WHERE id = substr(subject, 7)::bigint)
    ELSE false END);
