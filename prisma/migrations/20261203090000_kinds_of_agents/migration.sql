-- Which kinds of agents people may choose, and the kinds that admins declare.
ALTER TABLE "backends" ADD COLUMN "is_offered" BOOLEAN NOT NULL DEFAULT true;
ALTER TABLE "backends" ADD COLUMN "declaration" JSONB;
ALTER TABLE "backends" ADD COLUMN "declaration_version" INTEGER NOT NULL DEFAULT 0;

-- What a declaration was before: none is ever changed.
CREATE TABLE "backend_declarations" (
    "backend_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "declaration" JSONB NOT NULL,
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "backend_declarations_pkey" PRIMARY KEY ("backend_id", "version"),
    CONSTRAINT "backend_declarations_backend_id_fkey" FOREIGN KEY ("backend_id") REFERENCES "backends"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "backend_declarations_created_by_fkey" FOREIGN KEY ("created_by") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE INDEX "backend_declarations_created_by_idx" ON "backend_declarations"("created_by");
