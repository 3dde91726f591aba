// Of the pages that are measured: their styles are loaded by the bundler.
declare module "*.css";
