-- Row triggers are not asked when a table is emptied as a whole.
CREATE FUNCTION "audit_events_keep"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER "audit_events_keep" BEFORE TRUNCATE ON "audit_events" FOR EACH STATEMENT EXECUTE FUNCTION "audit_events_keep"();

-- What makes an account the breakglass account stays with it.
CREATE FUNCTION "breakglass_user_keep"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the breakglass account can be neither deleted, demoted nor disabled' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER "breakglass_user_keep_row" BEFORE DELETE ON "breakglass_user" FOR EACH ROW EXECUTE FUNCTION "breakglass_user_keep"();
CREATE TRIGGER "breakglass_user_keep_all" BEFORE TRUNCATE ON "breakglass_user" FOR EACH STATEMENT EXECUTE FUNCTION "breakglass_user_keep"();
