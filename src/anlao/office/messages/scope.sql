-- Messages are seen inside one's area and by the elder whom they are to; nothing of them changes.
CREATE TRIGGER division_of_holder BEFORE INSERT ON notices_message
  FOR EACH ROW EXECUTE FUNCTION benefits_division_of_holder();
CREATE FUNCTION notices_division_of_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  SELECT division_code INTO STRICT NEW.division_code FROM notices_message
    WHERE id = NEW.message_id;
  RETURN NEW;
END $$;
CREATE TRIGGER division_of_event BEFORE INSERT ON notices_event
  FOR EACH ROW EXECUTE FUNCTION notices_division_of_event();

CREATE FUNCTION notices_elder_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE notices_message SET division_code = NEW.division_code WHERE elder_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER elder_moved_notices AFTER UPDATE OF division_code ON registry_elder FOR EACH ROW
WHEN (OLD.division_code IS DISTINCT FROM NEW.division_code) EXECUTE FUNCTION notices_elder_moved();
SELECT benefits_follow_files('notices_moved', 'benefits_file_moved', 'notices_message');
CREATE FUNCTION notices_message_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE notices_event SET division_code = NEW.division_code WHERE message_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER message_moved AFTER UPDATE OF division_code ON notices_message FOR EACH ROW
WHEN (OLD.division_code IS DISTINCT FROM NEW.division_code)
EXECUTE FUNCTION notices_message_moved();

-- Which state comes after which. The same list stands in states.py.
CREATE FUNCTION notices_moves() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT ARRAY[
    '>made', 'made>printed', 'made>in_file', 'made>read_out', 'made>withdrawn',
    'printed>printed', 'printed>delivered', 'printed>failed', 'printed>read_out',
    'printed>withdrawn', 'in_file>in_file', 'in_file>delivered', 'in_file>failed',
    'in_file>read_out', 'in_file>withdrawn', 'failed>printed', 'failed>in_file',
    'failed>read_out', 'failed>withdrawn', 'delivered>read_out'] $$;
CREATE FUNCTION notices_event_follows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE before text;
BEGIN
  -- two who say something about one message do so one after the other
  PERFORM 1 FROM notices_message WHERE id = NEW.message_id FOR UPDATE;
  SELECT state INTO before FROM notices_event WHERE message_id = NEW.message_id
    ORDER BY id DESC LIMIT 1;
  IF NOT coalesce(before, '') || '>' || NEW.state = ANY (notices_moves()) THEN
    RAISE EXCEPTION 'no message goes from % to %', before, NEW.state
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER event_follows BEFORE INSERT ON notices_event
  FOR EACH ROW EXECUTE FUNCTION notices_event_follows();

ALTER TABLE notices_message ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_division ON notices_message USING (
  division_code LIKE ANY ((SELECT scope_divisions())::text[]));
CREATE POLICY own ON notices_message FOR SELECT USING (elder_id = (SELECT scope_own()));
ALTER TABLE notices_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_division ON notices_event USING (
  division_code LIKE ANY ((SELECT scope_divisions())::text[]));
CREATE POLICY own ON notices_event FOR SELECT USING (EXISTS (
  SELECT 1 FROM notices_message m WHERE m.id = message_id AND m.elder_id = (SELECT scope_own())));
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON notices_message, notices_event FROM anlao_app;
  END IF;
END $$;
