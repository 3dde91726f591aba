export const callbackPath = "/api/auth/oidc/callback";
export const startPath = "/api/auth/oidc/start";
