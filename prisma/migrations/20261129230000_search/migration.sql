-- What is to be indexed is told by the rows themselves: a message that is final and not indexed, a conversation whose title is another one than was
-- indexed. What the release before writes is found, too.
ALTER TABLE "messages" ADD COLUMN "is_indexed" BOOLEAN NOT NULL DEFAULT false;
CREATE INDEX "messages_to_index_idx" ON "messages" ("id") WHERE NOT "is_indexed" AND "status" <> 'streaming';

-- The end of the sealed title that was indexed.
ALTER TABLE "conversations" ADD COLUMN "indexed_title" TEXT;
CREATE INDEX "conversations_to_index_idx" ON "conversations" ("id") WHERE "indexed_title" IS DISTINCT FROM right("title_encrypted", 24);

-- The key of each owner's tokens.
CREATE TABLE "search_keys" (
    "user_id" UUID NOT NULL,
    "key_encrypted" TEXT NOT NULL,

    CONSTRAINT "search_keys_pkey" PRIMARY KEY ("user_id")
);

-- Keyed hashes of the words of a text, in no order.
CREATE TABLE "search_messages" (
    "message_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "tokens" tsvector NOT NULL,

    CONSTRAINT "search_messages_pkey" PRIMARY KEY ("message_id")
);
CREATE TABLE "search_titles" (
    "conversation_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "tokens" tsvector NOT NULL,

    CONSTRAINT "search_titles_pkey" PRIMARY KEY ("conversation_id")
);

-- AddForeignKey
ALTER TABLE "search_keys" ADD CONSTRAINT "search_keys_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "search_messages" ADD CONSTRAINT "search_messages_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "messages"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "search_titles" ADD CONSTRAINT "search_titles_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- New entries wait in a list that every search reads from its beginning: a short one.
CREATE INDEX "search_messages_tokens_idx" ON "search_messages" USING GIN ("tokens") WITH (gin_pending_list_limit = 256);
CREATE INDEX "search_titles_tokens_idx" ON "search_titles" USING GIN ("tokens") WITH (gin_pending_list_limit = 256);

-- Who owns a row is read without its tokens.
ALTER TABLE "search_messages" ALTER COLUMN "tokens" SET STORAGE EXTERNAL;
ALTER TABLE "search_messages" SET (toast_tuple_target = 128);
ALTER TABLE "search_titles" ALTER COLUMN "tokens" SET STORAGE EXTERNAL;
ALTER TABLE "search_titles" SET (toast_tuple_target = 128);

-- No list of the most common tokens: Postgres takes each for rare and asks the index, and its statistics say nothing about texts.
ALTER TABLE "search_messages" ALTER COLUMN "tokens" SET STATISTICS 0;
ALTER TABLE "search_titles" ALTER COLUMN "tokens" SET STATISTICS 0;
