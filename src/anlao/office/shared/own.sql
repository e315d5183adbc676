-- A citizen's pass: one elder, shown beside the pass of the staff and never instead of it. It has
-- three parts ("citizen:17;until;mark"), a staff's has four, so neither is good for the other.
CREATE FUNCTION scope_own() RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  shown text := current_setting('anlao.citizen', true);
  secret text;
  body text;
BEGIN
  IF shown IS NULL OR shown !~ '^citizen:[0-9]+;[0-9]+;[0-9a-f]{64}$' THEN RETURN NULL; END IF;
  SELECT key INTO secret FROM scope_key;
  IF secret IS NULL THEN RETURN NULL; END IF;
  body := regexp_replace(shown, ';[^;]*$', '');
  IF split_part(shown, ';', 3) <> encode(sha256(convert_to(
       secret || encode(sha256(convert_to(secret || body, 'UTF8')), 'hex'), 'UTF8')), 'hex')
  THEN RETURN NULL; END IF;
  IF split_part(shown, ';', 2)::bigint < extract(epoch FROM clock_timestamp()) THEN RETURN NULL; END IF;
  RETURN substr(split_part(shown, ';', 1), 9)::bigint;
END $$;
