-- Forecasts name nobody; they are seen inside their own county, added to, never changed.
ALTER TABLE benefits_forecast ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_division ON benefits_forecast USING (
  division_code LIKE ANY ((SELECT scope_divisions())::text[]));
CREATE FUNCTION benefits_forecast_is_kept() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a forecast is never changed or removed; make another'; END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON benefits_forecast
  FOR EACH STATEMENT EXECUTE FUNCTION benefits_forecast_is_kept();
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlao_app') THEN
    EXECUTE 'REVOKE UPDATE, DELETE ON benefits_forecast FROM anlao_app';
  END IF;
END $$;
