// Before the first paint: the remembered scheme, so that a dark page does not flash white. A file of its own because
// our Content-Security-Policy forbids inline scripts. The key is the one of Mantine's colour scheme manager.
(function () {
  var stored;
  try {
    stored = localStorage.getItem("mantine-color-scheme-value");
  } catch {
    stored = null; // storage is forbidden: follow the system
  }
  var dark = stored === "dark" || (stored !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
