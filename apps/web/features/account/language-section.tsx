"use client";

import type { Profile } from "@mosaic/contracts/account";
import { language, languages, languageTags } from "@mosaic/contracts/language";
import { SettingsSection } from "@/components/page/settings-section";
import { useLeave } from "@/components/page/unsaved-guard";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { useSaveProfile } from "@/features/account/account-queries";
import { adoptLanguage } from "@/lib/language";
import { toastProblem } from "@/lib/toast-problem";
import { m } from "@messages/language-setting";

/** Radix takes no empty value. */
const asTheBrowser = "browser";

/** The page is loaded anew for it: each language is a build of its own. What was typed and not saved is asked about first. */
export function LanguageSection({ profile }: { readonly profile: Profile }) {
  const save = useSaveProfile();
  const leave = useLeave();
  const choose = (value: string): void => {
    const chosen = value === asTheBrowser ? null : language.parse(value);
    leave(() => save.mutate({ language: chosen }, { onSuccess: () => void adoptLanguage(chosen), onError: toastProblem }));
  };
  const options = [
    { value: asTheBrowser, label: m.asTheBrowser },
    ...languageTags.map((value) => ({ value, label: languages[value].name })),
  ];
  return (
    <SettingsSection title={m.language} description={m.description}>
      <Field label={m.language} className="max-w-md">
        {(control) => (
          <Select
            {...control}
            value={profile.language ?? asTheBrowser}
            onChange={choose}
            groups={[{ label: "", options }]}
            isDisabled={save.isPending}
          />
        )}
      </Field>
    </SettingsSection>
  );
}
