/* The QR code of a cover sheet read by the camera, where the browser can do that by
   itself. Everywhere else the button stays hidden: a scanner or the keyboard does. */
(() => {
  "use strict";

  async function offer(form) {
    const button = document.getElementById("agents-camera");
    const place = document.getElementById("agents-camera-image");
    if (!("BarcodeDetector" in window) || !navigator.mediaDevices) {
      return;
    }
    const formats = await window.BarcodeDetector.getSupportedFormats();
    if (!formats.includes("qr_code")) {
      return;
    }
    const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
    let stream = null;

    function stop() {
      if (stream) {
        stream.getTracks().forEach((track) => track.stop());
        stream = null;
      }
      place.replaceChildren();
      place.hidden = true;
    }

    async function look(video) {
      if (!stream) {
        return;
      }
      const found = await detector.detect(video).catch(() => []);
      if (found.length) {
        stop();
        form.elements.numero.value = found[0].rawValue;
        form.requestSubmit();
        return;
      }
      setTimeout(() => look(video), 200);
    }

    button.hidden = false;
    button.addEventListener("click", async () => {
      if (stream) {
        stop();
        return;
      }
      try {
        stream = await navigator.mediaDevices.getUserMedia({
          video: { facingMode: "environment" },
        });
      } catch (error) {
        form.elements.numero.focus();
        return;
      }
      const video = document.createElement("video");
      video.muted = true;
      video.playsInline = true;
      video.srcObject = stream;
      place.replaceChildren(video);
      place.hidden = false;
      await video.play();
      look(video);
    });
    window.addEventListener("pagehide", stop);
  }

  const form = document.getElementById("agents-reception");
  if (form) {
    offer(form);
  }
})();
