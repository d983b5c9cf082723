// What the page remembers in the browser: as in Grafana, another language is there after the page was loaded anew.

const languageKey = 'demo.language';
const themeKey = 'demo.theme';

export const readLanguage = (): string => localStorage.getItem(languageKey) ?? 'en-US';

export function changeLanguage(language: string) {
  localStorage.setItem(languageKey, language);
  location.reload();
}

export type Mode = 'dark' | 'light';

export const readMode = (): Mode => (localStorage.getItem(themeKey) === 'light' ? 'light' : 'dark');

export const keepMode = (mode: Mode) => localStorage.setItem(themeKey, mode);
