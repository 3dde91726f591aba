-- CreateTable
CREATE TABLE "api_processes" (
    "id" UUID NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "key_phase" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "api_processes_pkey" PRIMARY KEY ("id")
);
