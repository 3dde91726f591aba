-- CreateTable
CREATE TABLE "boot_places" (
    "agent_id" UUID NOT NULL,
    "start_id" TEXT NOT NULL,
    "owner_id" UUID,
    "lock_key" TEXT NOT NULL,
    "is_background" BOOLEAN NOT NULL,
    "round" INTEGER NOT NULL,
    "entered_at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "admitted_at" TIMESTAMPTZ(3),

    CONSTRAINT "boot_places_pkey" PRIMARY KEY ("agent_id")
);

-- AddForeignKey
ALTER TABLE "boot_places" ADD CONSTRAINT "boot_places_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agents"("id") ON DELETE CASCADE ON UPDATE CASCADE;
