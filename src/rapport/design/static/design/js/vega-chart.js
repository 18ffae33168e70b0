/* <vega-chart src="…/vega.js" spec="{…}"> draws the Vega-Lite specification into its `.vega-plot`.
   Without this script its table is shown; with it the table waits behind the button. */

const VARIABLE = /var\(--[\w-]+\)/g;
const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
const dark = matchMedia("(prefers-color-scheme: dark)");

class VegaChart extends HTMLElement {
  connectedCallback() {
    this.plot = this.querySelector(".vega-plot");
    this.table = this.querySelector("table");
    this.button = this.querySelector("button[aria-expanded]");
    this.spec = JSON.parse(this.getAttribute("spec"));
    this.stop = new AbortController();
    const { signal } = this.stop;
    this.button?.addEventListener("click", () => this.show(this.button.getAttribute("aria-expanded") !== "true"), { signal });
    dark.addEventListener("change", () => this.draw(), { signal });
    this.theme = new MutationObserver(() => this.draw());
    this.theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    this.size = new ResizeObserver(() => this.fit());
    this.size.observe(this.plot);
    this.draw();
  }

  disconnectedCallback() {
    this.stop.abort();
    this.theme.disconnect();
    this.size.disconnect();
    this.drawn?.finalize();
  }

  show(table) {
    this.button.setAttribute("aria-expanded", table);
    this.toggleAttribute("data-table", table);
  }

  async draw() {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    try {
      const { vegaEmbed } = await import(this.getAttribute("src"));
      if (turn !== this.turn || !this.isConnected) return;
      this.width = this.plot.clientWidth;
      this.drawn?.finalize();
      // Into a box of its own: Vega writes a role on its box, and the plot has a sentence to say.
      const box = document.createElement("div");
      this.plot.replaceChildren(box);
      this.drawn = await vegaEmbed(box, { ...resolved(this.spec, this.plot), width: this.width }, {
        ast: true, // expressions are interpreted, so the page needs no unsafe-eval
        actions: false,
        defaultStyle: false,
        tooltip: false,
        renderer: "svg",
        timeFormatLocale: calendar(this.closest("[lang]")?.lang, this.getAttribute("days")),
      });
      this.setAttribute("data-drawn", "");
    } catch (error) {
      console.error(error);
      this.setAttribute("data-failed", "");
    }
  }

  fit() {
    const width = this.plot.clientWidth;
    if (!this.drawn || !width || width === this.width) return;
    this.width = width;
    this.drawn.view.width(width).runAsync();
  }
}

/* The specification with the tokens in it replaced by what they are here and now. */
function resolved(value, element) {
  if (Array.isArray(value)) return value.map((inner) => resolved(inner, element));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolved(inner, element)]));
  }
  if (typeof value !== "string" || !value.includes("var(--")) return value;
  return value.replace(VARIABLE, (token) => (token === "var(--font)" ? getComputedStyle(element).fontFamily : srgb(token, element)));
}

/* Vega reads only sRGB: paint one dot in the colour and look at it. */
function srgb(token, element) {
  element.style.setProperty("outline-color", token);
  const colour = getComputedStyle(element).outlineColor;
  element.style.removeProperty("outline-color");
  pen.clearRect(0, 0, 1, 1);
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
  return `rgb(${red}, ${green}, ${blue})`;
}

/* Names of days and months in the page's language, in the shape d3 wants. */
function calendar(language = "en", days = "%-d %b") {
  const name = (options) => {
    const format = new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" });
    return (date) => format.format(date);
  };
  const weekdays = Array.from({ length: 7 }, (_, day) => new Date(Date.UTC(2023, 0, day + 1)));
  const months = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2023, month, 1)));
  return {
    dateTime: `${days} %Y %H:%M`, date: days, time: "%H:%M", periods: ["AM", "PM"],
    days: weekdays.map(name({ weekday: "long" })), shortDays: weekdays.map(name({ weekday: "short" })),
    months: months.map(name({ month: "long" })), shortMonths: months.map(name({ month: "short" })),
  };
}

customElements.define("vega-chart", VegaChart);
