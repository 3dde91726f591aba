import { Module } from "@nestjs/common";
import { AccessTokensModule } from "./modules/access-tokens/access-tokens.module.js";
import { AccountsModule } from "./modules/accounts/accounts.module.js";
import { AgentConfigModule } from "./modules/agent-config/agent-config.module.js";
import { AgentEventsModule } from "./modules/agent-events/agent-events.module.js";
import { AgentsModule } from "./modules/agents/agents.module.js";
import { AuditModule } from "./modules/audit/audit.module.js";
import { AuthModule } from "./modules/auth/auth.module.js";
import { BackendsModule } from "./modules/backends/backends.module.js";
import { TurnsModule } from "./modules/turns/turns.module.js";
import { ContainersModule } from "./modules/containers/containers.module.js";
import { ConversationFilesModule } from "./modules/conversation-files/conversation-files.module.js";
import { ConversationsModule } from "./modules/conversations/conversations.module.js";
import { CryptoModule } from "./modules/crypto/crypto.module.js";
import { DictationModule } from "./modules/dictation/dictation.module.js";
import { DemoModule } from "./modules/demo/demo.module.js";
import { FilesModule } from "./modules/files/files.module.js";
import { FoldersModule } from "./modules/folders/folders.module.js";
import { HealthModule } from "./modules/health/health.module.js";
import { IdleReaperModule } from "./modules/idle-reaper/idle-reaper.module.js";
import { KeyRotationModule } from "./modules/key-rotation/key-rotation.module.js";
import { LlmProvidersModule } from "./modules/llm-providers/llm-providers.module.js";
import { ModelDefaultsModule } from "./modules/model-defaults/model-defaults.module.js";
import { LlmRelayModule } from "./modules/llm-relay/llm-relay.module.js";
import { OidcModule } from "./modules/oidc/oidc.module.js";
import { OnboardingModule } from "./modules/onboarding/onboarding.module.js";
import { OpenAiApiModule } from "./modules/openai-api/openai-api.module.js";
import { OutboundAccessModule } from "./modules/outbound-access/outbound-access.module.js";
import { OwnerEventsModule } from "./modules/owner-events/owner-events.module.js";
import { PlainModelsModule } from "./modules/plain-models/plain-models.module.js";
import { PushModule } from "./modules/push/push.module.js";
import { RuntimeHostModule } from "./modules/runtime-host/runtime-host.module.js";
import { SearchModule } from "./modules/search/search.module.js";
import { SettingsModule } from "./modules/settings/settings.module.js";
import { SystemAgentsModule } from "./modules/system-agents/system-agents.module.js";
import { UserAdminModule } from "./modules/user-admin/user-admin.module.js";
import { PlatformModule } from "./platform/platform.module.js";

/** The table of contents. */
@Module({
  imports: [
    PlatformModule,
    CryptoModule,
    SettingsModule,
    KeyRotationModule,
    AuditModule,
    OutboundAccessModule,
    OidcModule,
    AuthModule,
    AccessTokensModule,
    AccountsModule,
    RuntimeHostModule,
    BackendsModule,
    LlmProvidersModule,
    AgentsModule,
    ModelDefaultsModule,
    AgentConfigModule,
    AgentEventsModule,
    LlmRelayModule,
    OwnerEventsModule,
    ContainersModule,
    UserAdminModule,
    SystemAgentsModule,
    IdleReaperModule,
    ConversationsModule,
    FoldersModule,
    FilesModule,
    ConversationFilesModule,
    TurnsModule,
    OpenAiApiModule,
    SearchModule,
    PushModule,
    DictationModule,
    PlainModelsModule,
    DemoModule,
    HealthModule,
    OnboardingModule,
  ],
})
export class AppModule {}
