-- What is sealed in a message: its text alone, as in every message so far, or all of its parts.
ALTER TABLE "messages" ADD COLUMN "content_format" TEXT NOT NULL DEFAULT 'text';
ALTER TABLE "messages" ADD CONSTRAINT "messages_content_format_check" CHECK ("content_format" IN ('text', 'parts'));

-- What an answer took of its models.
ALTER TABLE "messages" ADD COLUMN "input_tokens" INTEGER, ADD COLUMN "output_tokens" INTEGER, ADD COLUMN "cached_tokens" INTEGER;
