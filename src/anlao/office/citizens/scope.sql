-- Cards are seen and handed out inside one's area, and by the elder whose they are.
CREATE TRIGGER division_of_elder BEFORE INSERT ON citizens_card
  FOR EACH ROW EXECUTE FUNCTION registry_division_of_elder();
CREATE TRIGGER division_of_elder BEFORE INSERT ON citizens_cardsignin
  FOR EACH ROW EXECUTE FUNCTION registry_division_of_elder();
CREATE FUNCTION citizens_elder_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE citizens_card SET division_code = NEW.division_code WHERE elder_id = NEW.id;
  UPDATE citizens_cardsignin SET division_code = NEW.division_code WHERE elder_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER elder_moved_cards AFTER UPDATE OF division_code ON registry_elder FOR EACH ROW
WHEN (OLD.division_code IS DISTINCT FROM NEW.division_code) EXECUTE FUNCTION citizens_elder_moved();

ALTER TABLE citizens_card ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_division ON citizens_card USING (
  division_code LIKE ANY ((SELECT scope_divisions())::text[]));
CREATE POLICY own ON citizens_card FOR SELECT USING (elder_id = (SELECT scope_own()));
CREATE POLICY own_changed ON citizens_card FOR UPDATE USING (elder_id = (SELECT scope_own()));
CREATE POLICY own_added ON citizens_card FOR INSERT WITH CHECK (
  elder_id = (SELECT scope_own()) AND holder::text = 'agent');
ALTER TABLE citizens_cardsignin ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_division ON citizens_cardsignin USING (
  division_code LIKE ANY ((SELECT scope_divisions())::text[]));
CREATE POLICY own ON citizens_cardsignin USING (elder_id = (SELECT scope_own()));

-- A card and a sign-in only end.
CREATE FUNCTION citizens_end_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL
     AND to_jsonb(OLD) - 'division_code' <> to_jsonb(NEW) - 'division_code' THEN
    RAISE EXCEPTION 'what has ended stays so; hand out another card';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER end_is_kept BEFORE UPDATE ON citizens_card
  FOR EACH ROW EXECUTE FUNCTION citizens_end_is_kept();
CREATE TRIGGER end_is_kept BEFORE UPDATE ON citizens_cardsignin
  FOR EACH ROW EXECUTE FUNCTION citizens_end_is_kept();
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON citizens_card, citizens_cardsignin FROM anlao_app;
    GRANT UPDATE (failed_attempts, locked_until_at, ended_at, ended_by, ended_reason)
      ON citizens_card TO anlao_app;
    GRANT UPDATE (seen_at, ended_at) ON citizens_cardsignin TO anlao_app;
  END IF;
END $$;

-- Whose a card or a sign-in is: all that is told before anything was proved.
CREATE FUNCTION citizens_elder_of_card(wanted text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT elder_id FROM citizens_card WHERE number = wanted $$;
CREATE FUNCTION citizens_elder_of_sign_in(wanted bytea) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT elder_id FROM citizens_cardsignin WHERE digest = wanted AND ended_at IS NULL $$;

-- What an elder's own pages read. Every other table shows a citizen nothing.
DO $$
DECLARE part text;
BEGIN
  FOREACH part IN ARRAY ARRAY['registry_vitalstatus', 'registry_registrationstatus',
      'registry_hardshipstatus', 'registry_capabilitystatus', 'registry_disabilitystatus',
      'registry_livingstatus', 'registry_carestatus', 'registry_insurancestatus',
      'benefits_award', 'cases_case', 'payments_line'] LOOP
    EXECUTE format('CREATE POLICY own ON %I FOR SELECT USING (
      elder_id = (SELECT scope_own()))', part);
  END LOOP;
  FOREACH part IN ARRAY ARRAY['step', 'shown', 'objection', 'ruling'] LOOP
    EXECUTE format('CREATE POLICY own ON cases_%s FOR SELECT USING (EXISTS (
      SELECT 1 FROM cases_case c WHERE c.id = case_id AND c.elder_id = (SELECT scope_own())))', part);
  END LOOP;
END $$;
-- What she adds to her case is hers and no more than hers: signed by one of her cards, never a
-- check, an approval, a paper shown or an answer, which are the office's.
CREATE FUNCTION citizens_adds(wanted bigint, signed text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM cases_case c JOIN citizens_card k ON k.elder_id = c.elder_id
    WHERE c.id = wanted AND c.elder_id = scope_own() AND k.ended_at IS NULL
      AND signed = 'card:' || k.number) $$;
CREATE POLICY own_added ON cases_step FOR INSERT WITH CHECK (
  citizens_adds(case_id, "by"::text) AND (act::text || '>' || after::text)
    = ANY (ARRAY['apply>asked', 'withdraw>withdrawn', 'object>review']));
CREATE POLICY own_added ON cases_shown FOR INSERT WITH CHECK (
  citizens_adds(case_id, "by"::text) AND note::text = ''::text);
CREATE POLICY own_added ON cases_objection FOR INSERT WITH CHECK (
  citizens_adds(case_id, "by"::text) AND against::text = 'ruling'::text
  AND answered_at IS NULL AND is_upheld IS NULL AND answered_by::text = ''::text);
CREATE POLICY own ON registry_elder FOR SELECT USING (id = (SELECT scope_own()));
CREATE POLICY own ON payments_transfer FOR SELECT USING (EXISTS (
  SELECT 1 FROM payments_line l WHERE l.id = line_id AND l.elder_id = (SELECT scope_own())));
-- She asks, takes back and objects; whatever else becomes of a case is the office's to do.
CREATE POLICY own_added ON cases_case FOR INSERT WITH CHECK (
  elder_id = (SELECT scope_own()) AND way_in::text = 'portal' AND state::text = 'asked');
CREATE POLICY own_changed ON cases_case FOR UPDATE USING (elder_id = (SELECT scope_own()))
  WITH CHECK (elder_id = (SELECT scope_own())
    AND state::text = ANY (ARRAY['withdrawn', 'review']));
