"use strict";
(() => {
  const data = JSON.parse(document.getElementById("figures").textContent);
  const root = document.documentElement;
  const paint = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const still = { displaylogo: false, responsive: true, displayModeBar: false };

  // Charts take their colours from the page, so that they follow light and dark.
  const dress = (layout) => {
    const dressed = structuredClone(layout);
    Object.assign(dressed, {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: layout.sea ? paint("--sea") : "rgba(0,0,0,0)",
      font: { color: paint("--ink"), family: "system-ui, sans-serif", size: 13 },
      hoverlabel: { bgcolor: paint("--card"), bordercolor: paint("--line"), font: { color: paint("--ink") }, align: "left" },
    });
    for (const axis of ["xaxis", "yaxis"]) {
      dressed[axis] = { gridcolor: paint("--line"), zerolinecolor: paint("--soft"), linecolor: paint("--line"), ...dressed[axis] };
    }
    for (const shape of dressed.shapes ?? []) shape.line.color = paint("--bad");
    return dressed;
  };
  const tint = (trace) => {
    const tinted = structuredClone(trace);
    if (tinted.role === "land") {
      tinted.fillcolor = paint("--land");
      tinted.line.color = paint("--border");
    }
    if (tinted.marker?.colorbar) tinted.marker.colorbar.tickfont = { color: paint("--ink") };
    return tinted;
  };

  const drawn = [];
  const draw = async (id, chart, config) => {
    const node = document.getElementById(id);
    if (!node) return;
    await Plotly.newPlot(node, chart.data.map(tint), dress(chart.layout), config);
    drawn.push([node, chart]);
  };
  const redraw = () => {
    for (const [node, chart] of drawn) {
      const shown = node.data.map((trace) => trace.visible);
      const layout = dress(chart.layout);
      for (const axis of ["xaxis", "yaxis"]) {
        if (chart.layout.sea) layout[axis].range = node.layout[axis].range.slice();
      }
      Plotly.react(node, chart.data.map((trace, at) => ({ ...tint(trace), visible: shown[at] ?? true })), layout);
    }
  };

  const tell = (text) => { document.getElementById("spoken").textContent = text; };

  // The map: its own checkboxes and buttons, because a legend does not listen to a keyboard.
  const map = async () => {
    const node = document.getElementById("map");
    if (!node || !data.map) return;
    // Where the graphics card may not be asked, its points are drawn like all others, if slowly.
    const many = data.map.data.filter((trace) => trace.type === "scattergl");
    if (many.length > 0 && !document.createElement("canvas").getContext("webgl")) {
      for (const trace of many) trace.type = "scatter";
    }
    await draw("map", data.map, { ...still, scrollZoom: true });
    for (const box of document.querySelectorAll("input[data-layer]")) {
      const traces = data.map.layers[box.dataset.layer];
      const show = () => Plotly.restyle(node, { visible: box.checked }, traces);
      box.addEventListener("change", show);
      if (!box.checked) show();
    }
    const measure = document.getElementById("measure");
    const colour = () => {
      const chosen = data.map.measures[measure.value];
      const trace = data.map.data[data.map.regions];
      Object.assign(trace.marker, { color: chosen.values, cmin: chosen.least, cmax: chosen.most, reversescale: chosen.fewer });
      Object.assign(trace.marker.colorbar, { tickformat: chosen.format, ticksuffix: chosen.suffix });
      trace.hovertemplate = chosen.hover;
      redraw();
    };
    measure?.addEventListener("change", colour);
    const axes = (change) => {
      const side = (axis) => {
        const [low, high] = node.layout[axis].range;
        return change(low, high, axis);
      };
      Plotly.relayout(node, { "xaxis.range": side("xaxis"), "yaxis.range": side("yaxis") });
    };
    const zoom = (factor) => axes((low, high) => {
      const middle = (low + high) / 2, half = (high - low) / 2 * factor;
      return [middle - half, middle + half];
    });
    const pan = (right, up) => axes((low, high, axis) => {
      const step = (high - low) * 0.2 * (axis === "xaxis" ? right : up);
      return [low + step, high + step];
    });
    const moves = {
      in: () => zoom(0.6), out: () => zoom(1 / 0.6), left: () => pan(-1, 0), right: () => pan(1, 0),
      up: () => pan(0, 1), down: () => pan(0, -1),
      whole: () => Plotly.relayout(node, { "xaxis.range": data.map.layout.xaxis.range.slice(), "yaxis.range": data.map.layout.yaxis.range.slice() }),
    };
    for (const button of document.querySelectorAll("button[data-move]")) {
      button.addEventListener("click", () => moves[button.dataset.move]());
    }
    const keys = { "+": "in", "=": "in", "-": "out", ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", 0: "whole" };
    node.addEventListener("keydown", (event) => {
      const move = moves[keys[event.key]];
      if (!move) return;
      event.preventDefault();
      move();
    });
  };

  // Tables: what is sought, in which order, and a button for more.
  const STEP = 50;
  const numbers = {};
  const written = (value, column) => {
    if (value === null) return "";
    if (typeof value !== "number") return String(value);
    const format = numbers[column.digits] ??= new Intl.NumberFormat("en", { minimumFractionDigits: column.digits, maximumFractionDigits: column.digits });
    return column.percent ? `${format.format(100 * value)} %` : format.format(value);
  };
  const table = (frame) => {
    const { columns, rows } = data.tables[frame.dataset.table];
    const search = frame.querySelector("input"), body = frame.querySelector("tbody"), head = frame.querySelector("thead");
    const more = frame.querySelector("button[data-more]"), count = frame.querySelector("[data-count]");
    const texts = rows.map((row) => row.filter((cell) => typeof cell === "string").join(" ").toLowerCase());
    let shown = STEP, order = null, upward = true;
    const heads = columns.map((column, at) => {
      const cell = document.createElement("th"), button = document.createElement("button");
      cell.scope = "col";
      if (column.number) cell.className = "number";
      button.textContent = column.title;
      button.addEventListener("click", () => {
        upward = order === at ? !upward : !column.number;
        order = at;
        heads.forEach((head, other) => head.setAttribute("aria-sort", other !== at ? "none" : upward ? "ascending" : "descending"));
        fill();
      });
      cell.append(button);
      return cell;
    });
    head.replaceChildren(document.createElement("tr"));
    head.firstChild.append(...heads);
    const fill = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const found = rows.map((_, at) => at).filter((at) => words.every((word) => texts[at].includes(word)));
      if (order !== null) {
        const sign = upward ? 1 : -1;
        found.sort((left, right) => {
          const [a, b] = [rows[left][order], rows[right][order]];
          const way = typeof a === "number" && typeof b === "number" ? a - b : String(a ?? "").localeCompare(String(b ?? ""), "en");
          return sign * way || left - right;
        });
      }
      body.replaceChildren(...found.slice(0, shown).map((at) => {
        const row = document.createElement("tr");
        row.append(...columns.map((column, place) => {
          const cell = document.createElement("td");
          if (column.number) cell.className = "number";
          cell.textContent = written(rows[at][place], column);
          return cell;
        }));
        return row;
      }));
      const whole = found.length.toLocaleString("en");
      count.textContent = found.length > shown ? `${shown.toLocaleString("en")} of ${whole} rows` : `${whole} rows`;
      more.hidden = found.length <= shown;
    };
    search.addEventListener("input", () => { shown = STEP; fill(); });
    more.addEventListener("click", () => { shown += 4 * STEP; fill(); });
    fill();
  };

  const theme = document.getElementById("theme");
  theme?.addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    redraw();
    tell(dark ? "light colours" : "dark colours");
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  let before;
  addEventListener("beforeprint", () => {
    before = root.dataset.theme;
    root.dataset.theme = "light";
    document.querySelectorAll("details").forEach((part) => { part.open = true; });
    redraw();
    // A sheet of paper is narrower than a screen, and nothing on it is asked for its width.
    for (const [node, chart] of drawn) {
      Plotly.relayout(node, { autosize: false, width: 680, height: chart.layout.height ?? 560 });
    }
  });
  addEventListener("afterprint", () => {
    if (before) root.dataset.theme = before; else delete root.dataset.theme;
    redraw();
    for (const [node, chart] of drawn) {
      Plotly.relayout(node, { autosize: true, width: null, height: chart.layout.height ?? null });
    }
  });

  (async () => {
    document.querySelectorAll("[data-table]").forEach(table);
    await map();
    for (const [id, chart] of Object.entries(data.charts)) await draw(id, chart, still);
    root.dataset.drawn = String(drawn.length);
  })();
})();
