-- All counts of one account begin alike: they are forgotten together when the breakglass account gets a new password.
CREATE INDEX "login_throttles_subject_beginning_idx" ON "login_throttles" ("subject" COLLATE "C");
