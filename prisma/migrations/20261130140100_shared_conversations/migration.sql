-- Copies of conversations that others may read. Each is sealed under a key of its own.
CREATE TABLE "conversation_shares" (
  "id" UUID PRIMARY KEY,
  "owner_id" UUID NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  "conversation_id" UUID NOT NULL REFERENCES "conversations" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  -- SHA-256 of the token in a link, which the key of the copy is made of. NULL: it is for members.
  "token_hash" BYTEA,
  -- The secret that the key of the copy is made of, sealed. NULL: it is in the link alone.
  "key_encrypted" TEXT,
  -- The title, for its owner's list.
  "title_encrypted" TEXT NOT NULL,
  "message_count" INTEGER NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "conversation_shares_kind" CHECK (("token_hash" IS NULL) <> ("key_encrypted" IS NULL))
);
CREATE UNIQUE INDEX "conversation_shares_token_hash_key" ON "conversation_shares" ("token_hash");
CREATE INDEX "conversation_shares_owner_id_id_idx" ON "conversation_shares" ("owner_id", "id");
CREATE INDEX "conversation_shares_conversation_id_idx" ON "conversation_shares" ("conversation_id");

CREATE TABLE "conversation_share_members" (
  "share_id" UUID NOT NULL REFERENCES "conversation_shares" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  "user_id" UUID NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  PRIMARY KEY ("share_id", "user_id")
);
CREATE INDEX "conversation_share_members_user_id_share_id_idx" ON "conversation_share_members" ("user_id", "share_id");

-- What a copy says, some messages a row.
CREATE TABLE "shared_pages" (
  "share_id" UUID NOT NULL REFERENCES "conversation_shares" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
  "place" INTEGER NOT NULL,
  "content_encrypted" TEXT NOT NULL,
  PRIMARY KEY ("share_id", "place")
);
