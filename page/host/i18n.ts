import { initPluginTranslations } from '@grafana/i18n';
import i18next, { type ResourceLanguage } from 'i18next';
import { initReactI18next } from 'react-i18next';

const fallback = 'en-US';

export const languages = [
  { value: fallback, label: 'English' },
  { value: 'de-DE', label: 'Deutsch' },
];

/**
 * Sets up translations before the plugin is loaded, as Grafana does: it loads the file of the language for every plugin
 * that says in its plugin.json that it has one. The words of @grafana/ui stay English: its packages do not carry others.
 */
export async function initLanguage(language: string, pluginId: string, translated: string[] = []): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: fallback,
    supportedLngs: languages.map(({ value }) => value),
    ns: ['grafana', pluginId],
    resources: {},
    partialBundledLanguages: true,
    returnEmptyString: false,
    interpolation: { escapeValue: false },
  });
  await initPluginTranslations('grafana');
  const available = translated.includes(language) ? language : fallback;
  if (translated.includes(available)) {
    const response = await fetch(`/public/plugins/${pluginId}/locales/${available}/${pluginId}.json`);
    i18next.addResourceBundle(available, pluginId, (await response.json()) as ResourceLanguage, true, false);
  }
  document.documentElement.lang = language;
}
