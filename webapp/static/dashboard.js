// The trend as a chart, and a button that copies a draft. Without this script there are the chart's
// table and the draft's download.

const reads = (element, name) => getComputedStyle(element).getPropertyValue(name).trim();
const percent = (share) => (share == null ? "–" : `${Math.round(share * 100)}\u00a0%`);
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const dayAndYear = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });
const DAY = 86400;

function draw(place) {
  const points = JSON.parse(place.dataset.points);
  const colour = (name) => reads(place, name);
  const axis = {
    stroke: colour("--muted"),
    font: `12px ${reads(place, "font-family")}`,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  const edge = { stroke: "transparent", points: { show: false } };
  const options = {
    width: place.clientWidth,
    height: 240,
    padding: [12, 8, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
    cursor: { y: false, drag: { x: false }, points: { size: 7 } },
    legend: { markers: { width: 0, fill: (chart, index) => chart.series[index].stroke() } },
    scales: { y: { range: [0, 1] } },
    axes: [
      { ...axis, grid: { show: false }, space: 64, values: (_, at) => at.map((one) => label(one)) },
      { ...axis, size: 48, splits: [0, 0.25, 0.5, 0.75, 1], values: (_, all) => all.map(percent) },
    ],
    series: [
      { label: "From", value: (_, at) => (at == null ? "–" : dayAndYear.format(at * 1000)) },
      { ...edge, label: "High", class: "u-band" },
      { ...edge, label: "Low", class: "u-band" },
      {
        label: "Helped",
        stroke: colour("--accent"),
        width: 2,
        value: (_, share, __, index) => said(points, share, index),
        points: { size: 5, fill: colour("--accent") },
      },
      {
        label: "Contacted",
        stroke: colour("--bad"),
        width: 2,
        dash: [5, 4],
        value: (_, share) => percent(share),
        points: { show: false },
      },
    ],
    bands: [{ series: [1, 2], fill: `color-mix(in srgb, ${colour("--accent")} 16%, transparent)` }],
  };
  const data = [points.at, points.high, points.low, points.helped, points.contacted];
  const last = points.at.length - 1; // what the legend says while nobody points at a day
  const rest = (chart) => chart.cursor.idx == null && chart.setLegend({ idx: last });
  place.replaceChildren();
  return new uPlot({ ...options, hooks: { ready: [rest], setCursor: [rest] } }, data, place);
}

function label(at) {
  return at % DAY ? "" : day.format(at * 1000);
}

function said(points, share, index) {
  if (share == null || index == null) return percent(share);
  const range = `${Math.round(points.low[index] * 100)} to ${percent(points.high[index])}`;
  return `${percent(share)} of ${points.cases[index].toLocaleString("en")} (${range})`;
}

function follow(place) {
  let chart = draw(place);
  new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: 240 })).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    chart.destroy();
    chart = draw(place);
  });
}

function offerToCopy(button) {
  const text = document.getElementById(button.dataset.copies);
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text.value);
    button.parentElement.querySelector("[role=status]").textContent = "Copied";
  });
}

document.querySelectorAll(".chart").forEach(follow);
document.querySelectorAll("[data-copies]").forEach(offerToCopy);
