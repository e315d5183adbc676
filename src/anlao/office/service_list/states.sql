-- The moves an edition may make. The same list stands in states.py.
CREATE FUNCTION service_list_moves() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT ARRAY[
    'draft>in_review', 'draft>withdrawn', 'in_review>draft', 'in_review>reviewed',
    'reviewed>draft', 'reviewed>published', 'published>archived'] $$;

CREATE FUNCTION service_list_begins_as_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> 'draft' OR NOT NEW.made_by = ANY (NEW.hands) THEN
    RAISE EXCEPTION 'a list begins as a draft by its maker' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER begins_as_draft BEFORE INSERT ON service_list_edition
FOR EACH ROW EXECUTE FUNCTION service_list_begins_as_draft();

CREATE FUNCTION service_list_state_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  move text := OLD.state || '>' || NEW.state;
  told text[] := '{state,archived_at}';
BEGIN
  IF OLD.state IN ('published', 'archived', 'withdrawn') AND
     (to_jsonb(OLD) - told <> to_jsonb(NEW) - told OR move <> 'published>archived') THEN
    RAISE EXCEPTION 'a % list never changes', OLD.state USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.division_code <> NEW.division_code OR OLD.made_by <> NEW.made_by
     OR OLD.made_at <> NEW.made_at OR NOT OLD.hands <@ NEW.hands THEN
    RAISE EXCEPTION 'whose list it is and who worked on it stays' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.state <> 'draft' AND (OLD.year, OLD.title) IS DISTINCT FROM (NEW.year, NEW.title) THEN
    RAISE EXCEPTION 'only a draft is changed' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.state = NEW.state THEN RETURN NEW; END IF;
  IF NOT move = ANY (service_list_moves()) THEN
    RAISE EXCEPTION 'no list goes from % to %', OLD.state, NEW.state
      USING ERRCODE = 'check_violation';
  END IF;
  IF move = 'in_review>reviewed' AND (NEW.reviewed_at IS NULL OR NEW.reviewed_by = ''
      OR NEW.reviewed_by = ANY (NEW.hands)) THEN
    RAISE EXCEPTION 'whoever worked on a list does not review it' USING ERRCODE = 'check_violation';
  END IF;
  IF move = 'reviewed>published' AND (NEW.published_at IS NULL OR NEW.published_by = ''
      OR NEW.compared IS NULL OR NEW.reviewed_by <> OLD.reviewed_by) THEN
    RAISE EXCEPTION 'a list is published by somebody, after the floor check'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER state_is_kept BEFORE UPDATE ON service_list_edition
FOR EACH ROW EXECUTE FUNCTION service_list_state_is_kept();

-- Items change while their edition is a draft, and whoever changes one becomes one of its hands.
CREATE FUNCTION service_list_item_is_kept() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  row service_list_item := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  its_state text;
BEGIN
  SELECT state INTO its_state FROM service_list_edition WHERE id = row.edition_id FOR UPDATE;
  IF its_state <> 'draft' OR (TG_OP = 'UPDATE' AND OLD.edition_id <> NEW.edition_id) THEN
    RAISE EXCEPTION 'items of a % list never change', its_state USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP <> 'DELETE' THEN
    UPDATE service_list_edition SET hands = array_append(hands, NEW.changed_by)
      WHERE id = NEW.edition_id AND NOT NEW.changed_by = ANY (hands);
  END IF;
  RETURN row;
END $$;
CREATE TRIGGER item_is_kept BEFORE INSERT OR UPDATE OR DELETE ON service_list_item
FOR EACH ROW EXECUTE FUNCTION service_list_item_is_kept();
