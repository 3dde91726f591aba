-- Files of conversations: what people send along with a message, and what agents made. Without a message it is a draft.
CREATE TABLE "files" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "message_id" UUID,
    "name_encrypted" TEXT NOT NULL,
    "key_encrypted" TEXT NOT NULL,
    "media_type" TEXT NOT NULL,
    "size_bytes" INTEGER NOT NULL,
    "source_mark" TEXT,
    "ready_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "files_pkey" PRIMARY KEY ("id")
);

-- The content, sealed in pieces under the file's own key.
CREATE TABLE "file_pieces" (
    "file_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "payload" BYTEA NOT NULL,

    CONSTRAINT "file_pieces_pkey" PRIMARY KEY ("file_id", "seq")
);

-- CreateIndex
CREATE INDEX "files_user_id_idx" ON "files"("user_id");

-- What an agent made is stored once, however often it is looked for.
CREATE UNIQUE INDEX "files_message_id_source_mark_key" ON "files"("message_id", "source_mark");

-- What nobody has sent and what never arrived, to be removed.
CREATE INDEX "files_drafts_idx" ON "files"("created_at") WHERE "message_id" IS NULL;
CREATE INDEX "files_unfinished_idx" ON "files"("created_at") WHERE "ready_at" IS NULL;

-- AddForeignKey
ALTER TABLE "files" ADD CONSTRAINT "files_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "files" ADD CONSTRAINT "files_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "messages"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "file_pieces" ADD CONSTRAINT "file_pieces_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "files"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "files" ADD CONSTRAINT "files_size_bytes_check" CHECK ("size_bytes" > 0);

-- Sealed bytes can't be made smaller.
ALTER TABLE "file_pieces" ALTER COLUMN "payload" SET STORAGE EXTERNAL;
