"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const token = document.querySelector('meta[name="token"]').content;
  const root = document.documentElement;

  // Whatever comes from a scenario is set as text and never as markup.
  const make = (tag, fields = {}, ...inside) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(fields)) {
      if (name in node && name !== "list") node[name] = value;
      else node.setAttribute(name, value);
    }
    node.append(...inside);
    return node;
  };
  const money = (number, currency = "") => number == null ? "unknown"
    : `${number.toLocaleString("en", { maximumFractionDigits: 0 })} ${currency}`.trim();
  const percent = (share) => share == null ? "unknown" : `${(100 * share).toFixed(2)}\u00a0%`;
  const say = (text) => { find("spoken").textContent = text; };

  class Refused extends Error {
    constructor(answer) {
      super(answer.error ?? "the server refused");
      this.faults = answer.faults ?? [];
    }
  }
  const ask = async (path, body) => {
    const sent = body === undefined ? {} : {
      method: "POST", body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", "X-Sparenet-Token": token },
    };
    let response;
    try {
      response = await fetch(path, sent);
    } catch {
      throw new Error("the server does not answer: has it been ended?");
    }
    const answer = await response.json();
    if (!response.ok) throw new Refused(answer);
    return answer;
  };
  const name = (text) => encodeURIComponent(text);
  // Every trouble is told in one place and spoken by a screen reader.
  const told = (work) => async (...given) => {
    find("trouble").textContent = "";
    try {
      return await work(...given);
    } catch (error) {
      find("trouble").replaceChildren(error.message, faultList(error.faults ?? []));
      return undefined;
    }
  };
  const faultList = (faults) => make("ul", {}, ...faults.map((fault) => {
    const place = fault.line ? `${fault.file}:${fault.line}:${fault.column}: ` : "";
    const hint = fault.hint ? ` (${fault.hint})` : "";
    return make("li", {}, `${fault.code} ${place}${fault.message}${hint}`);
  }));

  let scenarios = [];
  let chosen = null;
  // What has been edited: levels by target number, statuses by site id, values by key.
  let edits = { targets: new Map(), sites: new Map(), keys: new Map() };

  const list = async () => {
    const answer = await ask("/api/scenarios");
    scenarios = answer.scenarios;
    find("folder").textContent = `Folder ${answer.folder}`;
    const known = new Set(scenarios.map((own) => own.name));
    // An overlay stands beneath its base.
    const rows = [];
    const seen = new Set();
    const walk = (own, depth) => {
      if (seen.has(own.name)) return;
      seen.add(own.name);
      rows.push([own, depth]);
      for (const over of scenarios) if (over.extends === own.name) walk(over, depth + 1);
    };
    for (const own of scenarios) if (!own.extends || !known.has(own.extends)) walk(own, 0);
    for (const own of scenarios) walk(own, 0);
    find("scenarios").replaceChildren(...rows.map(([own, depth]) => {
      const plan = own.plan ? `${money(own.plan.cost_per_year, own.plan.currency)} a year, gap ${percent(own.plan.gap)}` : "no plan yet";
      const button = make("button", { type: "button", "aria-current": String(own.name === chosen?.name), "data-name": own.name },
        own.name, make("small", {}, plan));
      button.addEventListener("click", () => choose(own.name));
      return make("li", { className: depth ? "over" : "" }, button);
    }));
    for (const id of ["of", "with"]) {
      const select = find(id);
      const before = select.value;
      select.replaceChildren(...rows.map(([own]) => make("option", { value: own.name }, own.plan ? own.name : `${own.name} (no plan)`)));
      if (known.has(before)) select.value = before;
    }
    find("comparing").hidden = scenarios.length < 2;
    if (scenarios.length === 0) find("about").textContent = "There are no scenarios in this folder yet: sparenet init writes one.";
  };

  const tile = (value, what) => make("div", { className: "tile" }, make("b", {}, value), make("span", {}, what));

  const choose = told(async (which, keep = false) => {
    const own = await ask(`/api/scenarios/${name(which)}`);
    const another = chosen?.name !== own.name;
    chosen = own;
    for (const button of find("scenarios").querySelectorAll("button")) {
      button.setAttribute("aria-current", String(button.dataset.name === own.name));
    }
    find("name").textContent = own.title;
    find("about").textContent = own.description;
    const plan = own.plan;
    const tiles = plan ? [
      tile(money(plan.cost_per_year, plan.currency), "a year"),
      tile(percent(plan.gap), "gap to the lower bound"),
      tile(`${plan.open_outlets.length} of ${own.outlets.length}`, "outlets open"),
      ...(own.depots.length ? [tile(`${plan.open_depots.length} of ${own.depots.length}`, "depots open")] : []),
      tile(`${plan.promises.filter((promise) => promise.kept).length} of ${plan.promises.length}`, "promises kept"),
    ] : [tile(String(own.regions), "regions"), tile(String(own.outlets.length), "outlets"), tile(String(own.parts), "parts")];
    if (plan && !own.plan_is_current) tiles.push(tile("outdated", "the scenario has changed since this plan"));
    find("tiles").replaceChildren(...tiles);
    find("doings").hidden = false;
    for (const id of ["show", "report"]) find(id).hidden = !plan;
    find("near").hidden = !base(own.name);
    find("fromwords").textContent = `begin from the plan of ${base(own.name)}`;
    find("report").href = `/scenarios/${name(own.name)}/report.html`;
    if (another || !keep) {
      show(false);
      find("progress").replaceChildren();
    }
    if (another) {
      forget();
      find("saved").hidden = true;
      location.hash = name(own.name);
    }
    find("editor").hidden = false;
    const at = scenarios.find((one) => one.name === own.name);
    if (at?.extends && scenarios.some((one) => one.name === at.extends)) {
      find("of").value = at.extends;
      find("with").value = own.name;
    } else {
      find("of").value = own.name;
      const over = scenarios.find((one) => one.extends === own.name);
      if (over) find("with").value = over.name;
    }
  });

  // Map and figures: the page of `report`, in a frame that can ask for nothing.
  const show = (on) => {
    const frame = find("picture");
    frame.hidden = !on;
    find("show").setAttribute("aria-expanded", String(on));
    find("show").textContent = on ? "Hide map and figures" : "Show map and figures";
    if (on) frame.src = find("report").getAttribute("href");
    else frame.removeAttribute("src");
  };

  // Runs.
  const watch = async (id) => {
    const box = make("div", { className: "run" });
    const words = make("p", {});
    const bar = make("progress", { max: 1 });
    const stop = make("button", { type: "button" }, "Stop and keep the best plan");
    stop.addEventListener("click", told(() => ask(`/api/runs/${id}/stop`, {})));
    box.append(words, bar, stop);
    find("progress").replaceChildren(box);
    let run = await ask(`/api/runs/${id}`);
    say(`solving ${run.scenario}`);
    for (;;) {
      const parts = [run.phase === "waiting" ? "waiting for its turn" : run.stage || run.phase, `${run.seconds.toFixed(1)} s`];
      if (run.incumbent != null) parts.push(`best ${money(run.incumbent)}`);
      if (run.bound != null) parts.push(`bound ${money(run.bound)}`);
      if (run.gap != null) parts.push(`gap ${percent(run.gap)}`);
      words.textContent = `${run.scenario}: ${parts.join(" · ")}`;
      if (run.gap == null) bar.removeAttribute("value");
      else bar.value = 1 - Math.min(1, run.gap);
      bar.setAttribute("aria-label", "how much of the cost is proven necessary");
      if (run.done) break;
      await new Promise((resolve) => setTimeout(resolve, 300));
      run = await ask(`/api/runs/${id}`);
    }
    stop.remove();
    bar.remove();
    const status = run.summary.status;
    const good = run.exit === 0;
    const ending = run.summary.cost_per_year == null ? `no plan (${status})`
      : `${money(run.summary.cost_per_year, run.summary.currency)} a year, gap ${percent(run.summary.gap)}, after ${run.seconds.toFixed(1)} s`;
    words.replaceChildren(make("b", { className: good ? "good" : "bad" }, good ? "Solved: " : "Ended: "), `${run.scenario}: ${ending}`);
    for (const line of (run.message ?? "").split("\n").filter(Boolean)) box.append(make("p", { className: "soft" }, line));
    if (status === "infeasible") {
      box.append(make("p", { className: "soft" }, `sparenet diagnose tells the ways out with their prices.`));
    }
    say(`${run.scenario}: ${ending}`);
    return run;
  };
  // The base of an overlay, where it has a plan to begin from.
  const base = (which) => {
    const own = scenarios.find((one) => one.name === which);
    return scenarios.find((one) => one.name === own?.extends && one.plan)?.name;
  };
  const solve = told(async () => {
    const which = chosen.name;
    find("solve").disabled = true;
    try {
      const from = base(which);
      const begun = await ask("/api/solve", { scenario: which, ...(from && find("from").checked ? { from } : {}) });
      const run = await watch(begun.id);
      await list();
      if (chosen.name === which) await choose(which, true);
      if (run.summary.plan) show(true);
      root.dataset.solved = which;
    } finally {
      find("solve").disabled = false;
    }
  });

  // Edits.
  const STATUSES = [["candidate", "may open"], ["open", "stays open"], ["existing", "open today"], ["closed", "may not open"]];
  const forget = () => {
    edits = { targets: new Map(), sites: new Map(), keys: new Map() };
    find("search").value = "";
    find("faults").replaceChildren();
    drawTargets();
    drawSites();
    drawKeys();
    count();
  };
  const count = () => {
    const words = [];
    for (const [number, level] of edits.targets) words.push(`promise ${number} to ${level}`);
    for (const [id, status] of edits.sites) words.push(`${id} ${status}`);
    for (const [path, value] of edits.keys) words.push(`${path} = ${value}`);
    find("edits").textContent = words.length ? `Changed: ${words.join(", ")}` : "Nothing is changed yet.";
    for (const button of find("form").querySelectorAll('button[type="submit"]')) button.disabled = words.length === 0;
  };
  const drawTargets = () => {
    const box = find("targets");
    box.hidden = chosen.targets.length === 0;
    box.replaceChildren(box.firstElementChild, ...chosen.targets.map((target) => {
      // Shares are moved in percent.
      const scale = target.hours ? 1 : 100;
      const shown = (level) => String(Number((level * scale).toFixed(4)));
      const label = `${target.key.replaceAll("_", " ")} (${target.words})`;
      const bounds = { min: shown(target.least), max: shown(target.most) };
      const slider = make("input", { type: "range", "aria-label": label, step: shown(target.step), ...bounds });
      const number = make("input", { type: "number", "aria-label": label, step: "any", ...bounds });
      slider.value = number.value = shown(target.level);
      const row = make("div", { className: "target" },
        make("span", {}, `${target.number}. ${target.words} `, make("span", { className: "soft" }, `${target.key.replaceAll("_", " ")} ${target.shown}${target.hard ? "" : ", at a penalty"}`)),
        slider, make("span", { className: "unit" }, number, target.hours ? "h" : "%"));
      const moved = (from, to) => () => {
        to.value = from.value;
        const level = Number((Number(from.value) / scale).toPrecision(12));
        if (from.value === "" || level === target.level) edits.targets.delete(target.number);
        else edits.targets.set(target.number, level);
        row.classList.toggle("edited", edits.targets.has(target.number));
        count();
      };
      slider.addEventListener("input", moved(slider, number));
      number.addEventListener("input", moved(number, slider));
      return row;
    }));
  };
  // A long list is searched; the page draws no more rows than a reader looks through.
  const MOST_ROWS = 200;
  const drawSites = () => {
    const wanted = find("search").value.trim().toLowerCase();
    const all = [...chosen.outlets.map((site) => [site, "outlets", "outlet"]), ...chosen.depots.map((site) => [site, "depots", "depot"])];
    const met = all.filter(([site, , kind]) => [site.id, site.name, site.country ?? "", kind].some((word) => word.toLowerCase().includes(wanted)));
    find("shown").textContent = `${Math.min(met.length, MOST_ROWS)} of ${all.length} sites`;
    find("sites").replaceChildren(...met.slice(0, MOST_ROWS).map(([site, , kind]) => {
      const select = make("select", { "aria-label": `May ${site.name} open?` },
        ...STATUSES.map(([value, words]) => make("option", { value }, words)));
      select.value = edits.sites.get(site.id) ?? site.status;
      const row = make("tr", { className: edits.sites.has(site.id) ? "edited" : "" },
        make("td", {}, site.name === site.id ? site.id : `${site.name} (${site.id})`), make("td", {}, select), make("td", {}, kind), make("td", {}, site.country ?? ""),
        make("td", { className: "number" }, money(site.fixed_cost_per_year)));
      select.addEventListener("change", () => {
        if (select.value === site.status) edits.sites.delete(site.id);
        else edits.sites.set(site.id, select.value);
        row.classList.toggle("edited", edits.sites.has(site.id));
        count();
      });
      return row;
    }));
  };
  const keyDoc = () => {
    const key = chosen.keys.find((own) => own.path === find("key").value);
    if (!key) return;
    const now = key.given ? `now ${key.given}` : key.default ? `now ${key.default}, the default` : "not given";
    find("keydoc").textContent = `${key.doc} (${key.kind}; ${now})`;
  };
  const drawKeys = () => {
    const before = find("key").value;
    find("key").replaceChildren(...chosen.keys.map((key) => make("option", { value: key.path }, key.path)));
    if (chosen.keys.some((key) => key.path === before)) find("key").value = before;
    keyDoc();
    find("keys").replaceChildren(...[...edits.keys.keys()].map((path) => {
      const key = chosen.keys.find((own) => own.path === path);
      const input = key.choices.length
        ? make("select", { "aria-label": path }, ...key.choices.map((choice) => make("option", { value: choice }, choice)))
        : make("input", { type: "text", "aria-label": path, autocomplete: "off" });
      input.value = edits.keys.get(path);
      input.addEventListener("input", () => { edits.keys.set(path, input.value); count(); });
      const away = make("button", { type: "button" }, "Leave it as it was");
      away.addEventListener("click", () => { edits.keys.delete(path); drawKeys(); count(); find("add").focus(); });
      return make("li", { className: "own edited" }, make("label", {}, make("code", {}, path), " ", input), away);
    }));
  };
  const addKey = () => {
    const key = chosen.keys.find((own) => own.path === find("key").value);
    if (edits.keys.has(key.path)) return;
    edits.keys.set(key.path, (key.given ?? key.default).replace(/^["'](.*)["']$/, "$1"));
    drawKeys();
    count();
    find("keys").lastElementChild.querySelector("input, select").focus();
  };
  // A value as its kind wants it: a number where it is one, a switch, else text.
  const typed = (path, value) => {
    const key = chosen.keys.find((own) => own.path === path);
    if (!key.text && (value === "true" || value === "false")) return value === "true";
    if (!key.text && value.trim() !== "" && Number.isFinite(Number(value))) return Number(value);
    return value;
  };
  // Sites that get the same status share one change, which reads better than one each.
  const changes = () => {
    const made = [];
    for (const [table, column, sites] of [["outlets", "outlet", chosen.outlets], ["depots", "depot", chosen.depots]]) {
      for (const [status] of STATUSES) {
        const ids = sites.map((site) => site.id).filter((id) => edits.sites.get(id) === status);
        if (ids.length) made.push({ table, where: { [column]: ids.length === 1 ? ids[0] : ids }, set: { status } });
      }
    }
    return made;
  };
  const save = async (event) => {
    event.preventDefault();
    const then = event.submitter?.value ?? "save";
    find("faults").replaceChildren();
    try {
      const saved = await ask("/api/overlays", {
        name: find("overlay").value.trim(), base: chosen.name, description: find("sentence").value.trim(),
        replace: find("replace").checked, changes: changes(),
        targets: [...edits.targets].map(([number, level]) => ({ number, level })),
        keys: Object.fromEntries([...edits.keys].map(([path, value]) => [path, typed(path, value)])),
      });
      await list();
      await choose(saved.name);
      find("overlay").value = find("sentence").value = "";
      find("replace").checked = false;
      find("saved").textContent = saved.text;
      find("saved").hidden = false;
      say(`saved ${saved.name}`);
      find("main").focus();
      find("name").scrollIntoView();
    } catch (error) {
      find("faults").replaceChildren(make("p", { className: "bad" }, error.message), faultList(error.faults ?? []));
      return;
    }
    if (then === "solve") await solve();
  };

  // Comparison: the figures as a table, and the page of `compare` beneath it.
  const compare = told(async () => {
    const query = `of=${name(find("of").value)}&with=${name(find("with").value)}`;
    const both = await ask(`/api/compare?${query}`);
    const box = find("compared");
    const planned = both.kpis != null;
    for (const id of ["waterfall", "comparison"]) find(id).hidden = !planned;
    if (!planned) {
      find("waterfall").removeAttribute("src");
      box.replaceChildren(make("p", {}, "Only what was given can be compared: solve both first."));
      return;
    }
    const change = both.cost.change;
    const share = both.cost.from ? ` (${(100 * change / both.cost.from).toFixed(2)} %)` : "";
    const words = both.differs ? `${both.to} costs ${money(Math.abs(change), both.currency)} a year ${change < 0 ? "less" : "more"} than ${both.from}${share}.` : "Nothing differs.";
    const sites = (what, own) => [["open", own.opened], ["close", own.closed]]
      .filter(([, some]) => some.length)
      .map(([verb, some]) => make("p", {}, `${what} that ${verb}: ${some.map((site) => site.name).join(", ")}`));
    box.replaceChildren(make("p", {}, make("b", {}, words)), ...sites("Outlets", both.outlets), ...sites("Depots", both.depots),
      make("p", {}, `${both.served.length} regions are served by others.`));
    find("comparison").href = find("waterfall").src = `/compare.html?${query}`;
    say(words);
    root.dataset.compared = "yes";
  });

  find("solve").addEventListener("click", solve);
  find("show").addEventListener("click", () => show(find("picture").hidden));
  find("search").addEventListener("input", drawSites);
  find("key").addEventListener("change", keyDoc);
  find("add").addEventListener("click", addKey);
  find("forget").addEventListener("click", forget);
  find("form").addEventListener("submit", save);
  find("compare").addEventListener("click", compare);
  find("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });

  told(async () => {
    await list();
    const wanted = decodeURIComponent(location.hash.slice(1));
    const first = scenarios.find((own) => own.name === wanted) ?? scenarios[0];
    if (first) await choose(first.name);
    root.dataset.ready = "yes";
  })();
})();
