-- The newest message that its owner has not seen. NULL: they have seen all of it, as of every conversation of before.
ALTER TABLE "conversations" ADD COLUMN "unread_message_id" UUID;
