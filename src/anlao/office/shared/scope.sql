-- Row scope. The key is kept where only the owner reads; a pass that does not fit gives nothing.
CREATE TABLE scope_key (single boolean PRIMARY KEY DEFAULT true CHECK (single), key text NOT NULL);
REVOKE ALL ON scope_key FROM PUBLIC;
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    EXECUTE 'REVOKE ALL ON scope_key FROM anlao_app';
  END IF;
END $$;

CREATE FUNCTION scope_part(number int) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  shown text := current_setting('anlao.pass', true);
  secret text;
  body text;
BEGIN
  IF shown IS NULL OR shown = '' THEN RETURN NULL; END IF;
  SELECT key INTO secret FROM scope_key;
  IF secret IS NULL THEN RETURN NULL; END IF;
  body := regexp_replace(shown, ';[^;]*$', '');
  IF split_part(shown, ';', 4) <> encode(sha256(convert_to(
       secret || encode(sha256(convert_to(secret || body, 'UTF8')), 'hex'), 'UTF8')), 'hex')
  THEN RETURN NULL; END IF;
  IF split_part(shown, ';', 3)::bigint < extract(epoch FROM clock_timestamp()) THEN RETURN NULL; END IF;
  RETURN split_part(shown, ';', number);
END $$;

CREATE FUNCTION scope_divisions() RETURNS text[] LANGUAGE sql STABLE AS
$$ SELECT coalesce(string_to_array(nullif(scope_part(1), ''), ','), '{}'::text[]) $$;

CREATE FUNCTION scope_organisations() RETURNS bigint[] LANGUAGE sql STABLE AS
$$ SELECT coalesce(string_to_array(nullif(scope_part(2), ''), ',')::bigint[], '{}'::bigint[]) $$;
