// The entry of the bundle: Plotly with exactly the kinds of traces that the dashboard draws, and
// Dutch. `make plotly` builds it; `scatter` is in every bundle.
const Plotly = require("plotly.js/lib/core");

Plotly.register([
  require("plotly.js/lib/bar"),
  require("plotly.js/lib/sankey"),
  require("plotly.js/lib/locales/nl"),
]);

module.exports = Plotly;
