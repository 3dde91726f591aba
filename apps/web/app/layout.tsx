import "@fontsource-variable/inter";
import "./globals.css";
import type { Metadata, Viewport } from "next";
import localFont from "next/font/local";
import type { ReactNode } from "react";
import { missingFilesScript } from "@/features/shell/missing-files";
import { language } from "@messages/language";
import { iconUrl } from "@/app/icon-url";
import { earlyRequestsScript } from "@/lib/early-requests";
import { AppProviders } from "@/features/shell/providers";
import { m } from "@messages/app";

/** The characters of the first view, loaded along with the page (scripts/subset-font.mjs). The whole font has those of other scripts. */
const interLatin = localFont({
  src: "./generated/inter-latin.woff2",
  weight: "400 600",
  display: "swap",
  adjustFontFallback: false,
  variable: "--font-inter-latin",
  declarations: [
    {
      prop: "unicode-range",
      value:
        "U+0020-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215",
    },
  ],
});

export const metadata: Metadata = {
  title: { default: "Mosaic", template: "%s · Mosaic" },
  description: m.yourOwnPrivateAiAgents,
  robots: { index: false, follow: false },
  referrer: "no-referrer",
  // The small icon comes with the page. Browsers that want a file find one of the name that they all ask for, favicon.ico.
  icons: { icon: [{ url: iconUrl, type: "image/svg+xml", sizes: "any" }], apple: "/apple-icon.png" },
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  viewportFit: "cover",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#fdfcfa" },
    { media: "(prefers-color-scheme: dark)", color: "#11151a" },
  ],
};

export default function RootLayout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang={language.tag} dir={language.direction} className={interLatin.variable} suppressHydrationWarning>
      <head>
        {/* With the cookies of a proxy in front, which may have a sign-in of its own. */}
        <link rel="manifest" href="/manifest.webmanifest" crossOrigin="use-credentials" />
        <script dangerouslySetInnerHTML={{ __html: `${missingFilesScript}\n${earlyRequestsScript}` }} />
      </head>
      <body>
        <a
          href="#main"
          className="sr-only rounded-md bg-primary px-4 py-2 text-sm font-medium text-primary-foreground shadow-lg focus:not-sr-only focus:fixed focus:inset-s-3 focus:top-3 focus:z-50 focus:px-4 focus:py-2"
        >
          {m.skipToContent}
        </a>
        <AppProviders>{children}</AppProviders>
      </body>
    </html>
  );
}
