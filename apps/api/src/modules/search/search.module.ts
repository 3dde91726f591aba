import { Module } from "@nestjs/common";
import { ConversationsModule } from "../conversations/conversations.module.js";
import { SearchController } from "./search.controller.js";
import { SearchIndexRepository } from "./search-index.repository.js";
import { SearchIndexerService } from "./search-indexer.service.js";
import { SearchKeysRepository } from "./search-keys.repository.js";
import { SearchKeysService } from "./search-keys.service.js";
import { SearchRepository } from "./search.repository.js";
import { SearchService } from "./search.service.js";

@Module({
  imports: [ConversationsModule],
  controllers: [SearchController],
  providers: [SearchService, SearchRepository, SearchIndexerService, SearchIndexRepository, SearchKeysService, SearchKeysRepository],
})
export class SearchModule {}
