-- AlterTable
ALTER TABLE "agent_containers" ADD COLUMN     "restart_pending_since" TIMESTAMPTZ(3);
