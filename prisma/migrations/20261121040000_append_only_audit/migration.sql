-- The audit is written once. Nobody who can write to the database through Mosaic changes it, and only what is old is removed.
CREATE FUNCTION "audit_events_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' OR OLD."at" > now() - make_interval(days => 399) THEN
    RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER "audit_events_append_only" BEFORE UPDATE OR DELETE ON "audit_events" FOR EACH ROW EXECUTE FUNCTION "audit_events_append_only"();
-- The agent that an admin stopped is not to be started by itself.
ALTER TABLE "agents" ADD COLUMN "is_wanted" BOOLEAN NOT NULL DEFAULT true;
