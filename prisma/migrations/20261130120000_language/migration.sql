-- In which language a person is shown the pages; null: as their browser says. Which languages there are is the software's to know.
ALTER TABLE users ADD COLUMN language TEXT,
  ADD CONSTRAINT users_language_check CHECK (language ~ '^[a-z]{2,3}$');
