/** Each API process holds a lock of this name as long as it lives. */
export const processLockPrefix = "mosaic:process:";
