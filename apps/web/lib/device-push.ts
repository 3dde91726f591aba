/** What this browser can do about notifications. `install`: only once Mosaic is on the home screen. */
export type PushAbility = "ready" | "blocked" | "install" | "insecure" | "unsupported";

const isAppleTouch = (): boolean =>
  /\b(?:iPhone|iPad|iPod)\b/.test(navigator.userAgent) || (/\bMacintosh\b/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);

export const pushAbility = (): PushAbility => {
  if (!window.isSecureContext) return "insecure";
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    return isAppleTouch() ? "install" : "unsupported";
  }
  return Notification.permission === "denied" ? "blocked" : "ready";
};

const registered = async (): Promise<ServiceWorkerRegistration> => {
  await navigator.serviceWorker.register("/service-worker.js", { scope: "/", updateViaCache: "none" });
  return navigator.serviceWorker.ready;
};

/** In base64url. */
const keyOf = ({ options: { applicationServerKey } }: PushSubscription): string =>
  btoa(String.fromCodePoint(...new Uint8Array(applicationServerKey ?? new ArrayBuffer(0))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** Asks for the permission, so a click has to have led here. `null`: it was not given. Throws in the browser's words. */
export const subscribeToPush = async (publicKey: string): Promise<PushSubscriptionJSON | null> => {
  if ((await Notification.requestPermission()) !== "granted") return null;
  const { pushManager } = await registered();
  const known = await pushManager.getSubscription();
  if (known !== null && keyOf(known) === publicKey) return known.toJSON();
  // Another installation of Mosaic has left it at this address: it takes nothing of this one.
  await known?.unsubscribe();
  return (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey })).toJSON();
};

/** Best effort: the browser is told nothing more, and what it shows of Mosaic goes. */
export const forgetPush = async (): Promise<void> => {
  try {
    const registration = await navigator.serviceWorker.getRegistration("/");
    for (const notification of (await registration?.getNotifications()) ?? []) notification.close();
    await (await registration?.pushManager.getSubscription())?.unsubscribe();
  } catch {
    // There is none, or the browser has no such thing.
  }
};
