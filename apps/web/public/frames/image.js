// Shows the one image that somebody asked for. Only this document may load one from elsewhere, and it is told the address after the click.
addEventListener(
  "message",
  ({ source, data }) => {
    if (source !== parent) return;
    const image = new Image();
    image.referrerPolicy = "no-referrer";
    image.alt = data.alt;
    image.addEventListener("load", () => parent.postMessage({ width: image.naturalWidth, height: image.naturalHeight }, "*"));
    image.addEventListener("error", () => parent.postMessage("failed", "*"));
    image.src = data.address;
    document.body.append(image);
  },
  { once: true },
);
parent.postMessage("ready", "*");
