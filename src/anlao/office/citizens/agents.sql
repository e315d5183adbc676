-- What a citizen may do hangs on the card that she shows: her own, or an agent's, which may apply
-- or only see. Her own alone names agents, ends them and moves their end.
DROP FUNCTION citizens_elder_of_card(text);
DROP FUNCTION citizens_elder_of_sign_in(bytea);
CREATE FUNCTION citizens_by_number(wanted text) RETURNS TABLE (elder bigint, card bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT elder_id, id FROM citizens_card WHERE number = wanted $$;
CREATE FUNCTION citizens_by_sign_in(wanted bytea) RETURNS TABLE (elder bigint, card bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT elder_id, card_id FROM citizens_cardsignin WHERE digest = wanted AND ended_at IS NULL $$;

CREATE FUNCTION citizens_shown() RETURNS SETOF citizens_card
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT * FROM citizens_card
    WHERE id = scope_card() AND elder_id = scope_own() AND ended_at IS NULL $$;
CREATE FUNCTION citizens_is_herself() RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT scope_agents_until() IS NOT NULL
    AND EXISTS (SELECT 1 FROM citizens_shown() WHERE holder = 'self') $$;
CREATE FUNCTION citizens_may_apply() RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM citizens_shown() WHERE may_apply) $$;
CREATE FUNCTION citizens_signs(signed text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM citizens_shown() WHERE may_apply AND signed = 'card:' || number) $$;
-- Whoever asks is named as her card names her: no agent asks as the elder.
CREATE FUNCTION citizens_asks(kind text, agent text, relation_told text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM citizens_shown()
    WHERE may_apply AND holder = kind AND name = agent AND relation = relation_told) $$;
CREATE OR REPLACE FUNCTION citizens_adds(wanted bigint, signed text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT citizens_signs(signed) AND EXISTS (
    SELECT 1 FROM cases_case WHERE id = wanted AND elder_id = scope_own()) $$;

-- The tries of the card that is shown are counted; else only her own card reaches agents' cards.
DROP POLICY own_added ON citizens_card;
CREATE POLICY own_added ON citizens_card FOR INSERT WITH CHECK (
  elder_id = (SELECT scope_own()) AND holder::text = 'agent'::text
  AND until <= (SELECT scope_agents_until()) AND (SELECT citizens_is_herself()));
DROP POLICY own_changed ON citizens_card;
CREATE POLICY own_changed ON citizens_card FOR UPDATE USING (
  elder_id = (SELECT scope_own()) AND (id = (SELECT scope_card())
    OR holder::text = 'agent'::text AND (SELECT citizens_is_herself())));
CREATE FUNCTION citizens_card_changes() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE counted text[] := '{failed_attempts,locked_until_at,division_code}';
BEGIN
  IF NEW.until <> OLD.until AND OLD.holder <> 'agent' THEN
    RAISE EXCEPTION 'only the end of an agent''s card is moved' USING ERRCODE = 'check_violation';
  END IF;
  IF scope_own() IS NULL THEN RETURN NEW; END IF;
  IF to_jsonb(OLD) - counted <> to_jsonb(NEW) - counted
     AND NOT (OLD.holder = 'agent' AND citizens_is_herself()) THEN
    RAISE EXCEPTION 'only the elder herself changes her agents'' cards'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.until <> OLD.until AND NEW.until > scope_agents_until() THEN
    RAISE EXCEPTION 'no agent is let in for so long' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER card_changes BEFORE UPDATE ON citizens_card
  FOR EACH ROW EXECUTE FUNCTION citizens_card_changes();

DROP POLICY own ON citizens_cardsignin;
CREATE POLICY own ON citizens_cardsignin FOR SELECT USING (elder_id = (SELECT scope_own()));
CREATE POLICY own_added ON citizens_cardsignin FOR INSERT WITH CHECK (
  elder_id = (SELECT scope_own()) AND card_id = (SELECT scope_card()));
CREATE POLICY own_changed ON citizens_cardsignin FOR UPDATE USING (
  elder_id = (SELECT scope_own()) AND (card_id = (SELECT scope_card())
    OR (SELECT citizens_is_herself())));

-- Whose card only sees asks for nothing.
DROP POLICY own_added ON cases_case;
CREATE POLICY own_added ON cases_case FOR INSERT WITH CHECK (
  elder_id = (SELECT scope_own()) AND way_in::text = 'portal'::text AND state::text = 'asked'::text
  AND citizens_asks(asked_by_kind::text, agent_name::text, agent_relation::text));
DROP POLICY own_changed ON cases_case;
CREATE POLICY own_changed ON cases_case FOR UPDATE USING (
  elder_id = (SELECT scope_own()) AND (SELECT citizens_may_apply()))
  WITH CHECK (elder_id = (SELECT scope_own())
    AND state::text = ANY (ARRAY['withdrawn', 'review']));
DROP POLICY own_added ON citizens_correction;
CREATE POLICY own_added ON citizens_correction FOR INSERT WITH CHECK (
  elder_id = (SELECT scope_own()) AND state::text = 'open'::text AND citizens_signs("by"::text));
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    GRANT UPDATE (until) ON citizens_card TO anlao_app;
  END IF;
END $$;
