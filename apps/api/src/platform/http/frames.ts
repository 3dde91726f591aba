/**
 * Documents in which pages show what they must not let near themselves: what an agent drew, and images from elsewhere. Each is without an
 * origin (`sandbox`), whoever opens it, and may do one thing.
 */
const confined = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'unsafe-inline'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  "sandbox allow-scripts",
];

export const framePolicies: ReadonlyMap<string, string> = new Map([
  ["/frames/diagram.html", confined.join("; ")],
  ["/frames/image.html", [...confined, "img-src https:"].join("; ")],
]);
