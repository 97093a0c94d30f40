// Every sentence of the page, by language. Only this file and those that it takes in hold words that a person reads.
import { en } from "./catalogue-en.ts";
import { ja, type Words } from "./catalogue-ja.ts";

export type Language = "ja" | "en";

const LANGUAGES: Record<Language, Words> = { ja, en };

/** Japanese unless the address says otherwise, so that a link shows the same to everyone. */
export function chooseLanguage(search: string): Language {
  return new URLSearchParams(search).get("lang") === "en" ? "en" : "ja";
}

export const language: Language = typeof location === "undefined" ? "ja" : chooseLanguage(location.search);
export const words: Words = LANGUAGES[language];
export const catalogue = LANGUAGES;
