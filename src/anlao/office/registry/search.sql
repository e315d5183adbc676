-- Search with indexes. Under row security a LIKE is asked after the policy, row by row, because it
-- is not leakproof; here the scope is asked for beside the words, so the planner may begin with
-- whichever finds fewest. Runs as the owner: what it gives is inside the pass and nothing else.
CREATE FUNCTION registry_prefixes(initials text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(DISTINCT left(word, size)), '{}')
  FROM unnest(string_to_array(trim(initials), ' ')) AS word, generate_series(1, length(word)) AS size
$$;
CREATE FUNCTION registry_pairs(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(DISTINCT substr(words, at, 2)), '{}')
  FROM generate_series(1, length(words) - 1) AS at
$$;
CREATE INDEX registry_elder_prefixes ON registry_elder USING gin (registry_prefixes(initials))
  WITH (fastupdate = off);
CREATE INDEX registry_elder_pairs ON registry_elder USING gin (registry_pairs(address))
  WITH (fastupdate = off) WHERE address <> '';

-- One way in which a word may be meant: [kind, value] or [kind, from, until].
CREATE FUNCTION registry_meant(kind text, value text, until text) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE beginning text := replace(replace(replace(value, '\', '\\'), '%', '\%'), '_', '\_') || '%';
BEGIN
  RETURN CASE kind
    WHEN 'identity' THEN format('identity_index = %L::bytea', '\x' || value)
    WHEN 'phone' THEN format('phone_index = %L::bytea', '\x' || value)
    WHEN 'division' THEN format('division_code LIKE %L', beginning)
    WHEN 'born' THEN format('birth_date BETWEEN %L::date AND %L::date', value, until)
    WHEN 'initials' THEN format('registry_prefixes(initials) @> ARRAY[%L]', value)
    WHEN 'name' THEN format('name LIKE %L', beginning)
    WHEN 'address' THEN
      CASE WHEN length(value) < 2 THEN 'false'
      ELSE format('(address <> '''' AND registry_pairs(address) @> registry_pairs(%L)'
        ' AND address LIKE %L)', value, '%' || beginning) END
  END;
END $$;

-- All words must fit, each in one of its ways. At most so many numbers, in no order.
CREATE FUNCTION registry_search(words jsonb, most int) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  asked text;
  allowed text;
BEGIN
  SELECT string_agg(ways, ' AND ') INTO asked FROM (
    SELECT '(' || string_agg(
      coalesce(registry_meant(way->>0, way->>1, way->>2), 'false'), ' OR ') || ')' AS ways
    FROM jsonb_array_elements(words) WITH ORDINALITY AS word(meanings, place),
      jsonb_array_elements(meanings) AS way
    GROUP BY place) AS each;
  SELECT string_agg(format('division_code LIKE %L', part), ' OR ') INTO allowed
    FROM unnest(scope_divisions()) AS part;
  IF scope_organisations() <> '{}' THEN
    allowed := concat_ws(' OR ', allowed, 'id IN (SELECT scope_elders())');
  END IF;
  IF asked IS NULL OR allowed IS NULL THEN RETURN; END IF;
  RETURN QUERY EXECUTE format('SELECT id FROM registry_elder WHERE (%s) AND (%s)
    AND state <> ''merged'' LIMIT %s', allowed, asked, most);
END $$;
