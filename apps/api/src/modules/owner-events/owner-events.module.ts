import { Module } from "@nestjs/common";
import { AuthModule } from "../auth/auth.module.js";
import { OwnerEventsController } from "./owner-events.controller.js";
import { OwnerEventsService } from "./owner-events.service.js";

@Module({
  imports: [AuthModule],
  controllers: [OwnerEventsController],
  providers: [OwnerEventsService],
  exports: [OwnerEventsService],
})
export class OwnerEventsModule {}
