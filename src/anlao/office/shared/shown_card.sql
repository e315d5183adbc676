-- A citizen's pass names the card that is shown and, once its owner has proved to be there, until
-- when an agent of hers may act: "citizen:17:5:2028-11-27;until;mark". Without that day nobody is
-- named. Still three parts where a staff's pass has four, so neither is good for the other.
CREATE FUNCTION scope_own_part(number int) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  shown text := current_setting('anlao.citizen', true);
  secret text;
  body text;
BEGIN
  IF shown IS NULL OR shown !~
     '^citizen:[0-9]+:[0-9]+:([0-9]{4}-[0-9]{2}-[0-9]{2})?;[0-9]+;[0-9a-f]{64}$'
  THEN RETURN NULL; END IF;
  SELECT key INTO secret FROM scope_key;
  IF secret IS NULL THEN RETURN NULL; END IF;
  body := regexp_replace(shown, ';[^;]*$', '');
  IF split_part(shown, ';', 3) <> encode(sha256(convert_to(
       secret || encode(sha256(convert_to(secret || body, 'UTF8')), 'hex'), 'UTF8')), 'hex')
  THEN RETURN NULL; END IF;
  IF split_part(shown, ';', 2)::bigint < extract(epoch FROM clock_timestamp()) THEN RETURN NULL; END IF;
  RETURN nullif(split_part(split_part(shown, ';', 1), ':', number), '');
END $$;

CREATE OR REPLACE FUNCTION scope_own() RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp AS
$$ SELECT scope_own_part(2)::bigint $$;

CREATE FUNCTION scope_card() RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp AS
$$ SELECT scope_own_part(3)::bigint $$;

CREATE FUNCTION scope_agents_until() RETURNS date
LANGUAGE sql STABLE SET search_path = public, pg_temp AS
$$ SELECT scope_own_part(4)::date $$;
