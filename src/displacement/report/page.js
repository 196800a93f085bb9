"use strict";
for (const [id, spec] of Object.entries(JSON.parse(document.getElementById("specs").textContent))) {
  vegaEmbed(document.getElementById(id), spec, {
    mode: "vega-lite", renderer: "svg", actions: false, ast: true, tooltip: { theme: "light" },
  }).then(() => document.getElementById(id).setAttribute("data-drawn", "yes"))
    .catch((problem) => console.error(problem));
}
