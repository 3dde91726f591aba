-- What a turn in flight has said so far, in pieces that are only ever added to. It goes when the answer is final.
CREATE TABLE "turn_events" (
    "message_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "payload_encrypted" TEXT NOT NULL,

    CONSTRAINT "turn_events_pkey" PRIMARY KEY ("message_id", "seq")
);

-- AddForeignKey
ALTER TABLE "turn_events" ADD CONSTRAINT "turn_events_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "messages"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- When the owner of an answer asked for its end: whichever process runs the turn finds it here.
ALTER TABLE "messages" ADD COLUMN "stop_requested_at" TIMESTAMPTZ(3);
