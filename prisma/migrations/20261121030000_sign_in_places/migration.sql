-- AlterTable
ALTER TABLE "login_throttles" ADD COLUMN     "reported_until" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "deleting_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "sign_in_places" (
    "user_id" UUID NOT NULL,
    "place_hash" BYTEA NOT NULL,
    "last_sign_in_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sign_in_places_pkey" PRIMARY KEY ("user_id","place_hash")
);

-- AddForeignKey
ALTER TABLE "sign_in_places" ADD CONSTRAINT "sign_in_places_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Whoever is being deleted is disabled as well: nothing can let them in again.
ALTER TABLE "users" ADD CONSTRAINT "users_deleting_check" CHECK ("deleting_at" IS NULL OR "disabled_at" IS NOT NULL);
