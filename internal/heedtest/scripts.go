package heedtest

// The functions that look into a page. They run by the browser's own hand, so the
// page's content security policy stays as strict as it is.

const jsTidy = `const tidy = s => (s || "").replace(/\s+/g, " ").trim();
const shown = el => !!(el.getClientRects().length) && getComputedStyle(el).visibility !== "hidden";
const nameOf = el => {
	if (el.labels && el.labels.length) return tidy([...el.labels].map(l => l.textContent).join(" "));
	const by = el.getAttribute("aria-labelledby");
	if (by) return tidy(by.split(/\s+/).map(id => (document.getElementById(id) || {}).textContent).join(" "));
	return tidy(el.getAttribute("aria-label"));
};`

// jsField finds a field by its whole label, or by how its label begins when there is just one.
const jsField = `(label) => { ` + jsTidy + `
	const all = [...document.querySelectorAll("input:not([type=hidden]), textarea, select")];
	const whole = all.filter(el => nameOf(el) === tidy(label));
	if (whole.length) return whole[0];
	const begins = all.filter(el => nameOf(el).startsWith(tidy(label)));
	return begins.length === 1 ? begins[0] : null;
}`

const jsInGroup = `(legend, label) => { ` + jsTidy + `
	const set = [...document.querySelectorAll("fieldset")].find(f => f.querySelector("legend") && tidy(f.querySelector("legend").textContent).startsWith(tidy(legend)));
	return set ? [...set.querySelectorAll("input")].find(el => nameOf(el) === tidy(label)) || null : null;
}`

const jsLabels = `() => { ` + jsTidy + `
	return [...document.querySelectorAll("input:not([type=hidden]), textarea, select")].map(nameOf);
}`

// jsSpot brings el into sight and tells where to press it: on its label, when it is drawn over by it.
const jsSpot = `if (!el) return null;
	el.scrollIntoView({ block: "center" });
	let r = el.getBoundingClientRect();
	const lines = el.getClientRects();
	if (el.tagName === "A" && lines.length > 1) r = lines[0];
	const x = r.left + r.width / 2, y = r.top + r.height / 2, top = document.elementFromPoint(x, y);
	const label = el.labels && el.labels[0];
	const clear = !top || el.contains(top) || top.contains(el) || label && (label.contains(top) || top.contains(label));
	return { X: x, Y: y, Covered: clear ? "" : top.tagName.toLowerCase() + "." + top.className };`

// jsPressable finds a button or link in sight: by its whole text, then by its visible text without what is for screen
// readers, then by how it begins.
const jsPressable = `(text) => { ` + jsTidy + `
	const all = [...document.querySelectorAll("button, input[type=submit], a[href], summary")].filter(shown);
	all.sort((a, b) => a.matches(".nhsuk-skip-link") - b.matches(".nhsuk-skip-link")); // out of sight until they have the focus
	const words = el => tidy(el.value && el.tagName === "INPUT" ? el.value : el.textContent);
	const visible = el => { const c = el.cloneNode(true); c.querySelectorAll(".nhsuk-u-visually-hidden").forEach(h => h.remove()); return tidy(c.textContent); };
	const want = tidy(text);
	return all.find(el => words(el) === want) || all.find(el => visible(el) === want) || all.find(el => words(el).startsWith(want)) || null;
}`

const jsPressables = `() => { ` + jsTidy + `
	return [...document.querySelectorAll("button, input[type=submit], a[href], summary")].filter(shown).map(el => tidy(el.textContent) || el.value);
}`

const jsEverything = `() => document.body.innerText + "\n" + [...document.querySelectorAll("input:not([type=hidden]), textarea")].map(f => f.value).join("\n")`

const jsPrinted = `() => { ` + jsTidy + `
	return [...document.querySelectorAll("nav, button, .nhsuk-skip-link, .nhsuk-back-link, form[action='/leave']")].filter(shown).map(el => el.tagName.toLowerCase() + " " + tidy(el.textContent).slice(0, 40));
}`

// jsShape looks at what axe does not: what every page of Heed keeps to.
const jsShape = `() => { ` + jsTidy + `
	const faults = [];
	const h1 = [...document.querySelectorAll("h1")];
	if (h1.length !== 1) faults.push("has " + h1.length + " h1 headings, not one");
	else {
		const c = h1[0].cloneNode(true);
		c.querySelectorAll("[class*=nhsuk-caption]").forEach(x => x.remove());
		const title = document.title.replace(/^Error: /, "");
		if (!title.startsWith(tidy(c.textContent))) faults.push("the title " + JSON.stringify(document.title) + " does not begin with the heading " + JSON.stringify(tidy(c.textContent)));
	}
	if (document.documentElement.lang !== "en") faults.push("does not say that it is in English");
	if (!document.querySelector("main#maincontent")) faults.push("has no main part named maincontent");
	const errors = document.querySelector(".nhsuk-error-summary");
	if (errors && !document.title.startsWith("Error: ")) faults.push("shows errors and its title does not begin with Error");
	if (errors) for (const a of errors.querySelectorAll("a[href^='#']")) if (!document.getElementById(a.getAttribute("href").slice(1))) faults.push("an error leads to no field: " + a.getAttribute("href"));
	for (const a of document.querySelectorAll("a")) {
		const href = a.getAttribute("href") || "";
		if (href === "#" || href.startsWith("javascript:")) faults.push("needs a script: the link " + JSON.stringify(tidy(a.textContent)));
	}
	for (const b of document.querySelectorAll("button")) {
		if (!shown(b) || b.closest("dialog")) continue;
		if (b.type === "submit" && b.form) continue;
		if (!document.body.classList.contains("js-enabled")) faults.push("needs a script: the button " + JSON.stringify(tidy(b.textContent)));
	}
	for (const f of document.querySelectorAll("form[method=post] input[type=hidden][name=_key]")) if (f.value.length < 16) faults.push("a form without a key of its own");
	const width = document.documentElement.clientWidth;
	if (document.documentElement.scrollWidth > width + 1) {
		const wide = [...document.querySelectorAll("body *")].filter(el => shown(el) && el.getBoundingClientRect().right > width + 1 && ![...el.children].some(c => c.getBoundingClientRect().right > width + 1));
		faults.push("is " + document.documentElement.scrollWidth + " pixels wide in a window of " + width + ": " + wide.slice(0, 3).map(el => el.tagName.toLowerCase() + "." + el.className + " " + tidy(el.textContent).slice(0, 40)).join(" · "));
	}
	for (const el of document.querySelectorAll(".nhsuk-tag, .nhsuk-button")) {
		const words = document.createRange();
		words.selectNodeContents(el);
		if (shown(el) && words.getBoundingClientRect().right > el.getBoundingClientRect().right + 1) faults.push("runs out of its box: " + tidy(el.textContent));
	}
	return faults;
}`

// jsAxe runs axe-core, which was evaluated before, and tells each violation in a line.
const jsAxe = `async (known) => {
	const result = await axe.run(document, { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }, resultTypes: ["violations"] });
	// What the accessibility statement tells of, and nothing else.
	for (const v of result.violations) if (known[v.id]) v.nodes = v.nodes.filter(n => { const el = document.querySelector(n.target[0]); return !(el && el.matches(known[v.id])); });
	return result.violations.filter(v => v.nodes.length).map(v => v.id + ": " + v.help + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" · "));
}`

// jsSpaced puts more room between lines, words and letters (WCAG 2.2, 1.4.12), looks, and takes it back.
const jsSpaced = `() => { ` + jsTidy + `
	const sheet = new CSSStyleSheet();
	sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-block-end: 2em !important }");
	document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
	const faults = [], width = document.documentElement.clientWidth;
	const say = el => el.tagName.toLowerCase() + "." + el.className + " " + tidy(el.textContent).slice(0, 40);
	if (document.documentElement.scrollWidth > width + 1) {
		const wide = [...document.querySelectorAll("body *")].filter(el => shown(el) && el.getBoundingClientRect().right > width + 1 && ![...el.children].some(c => c.getBoundingClientRect().right > width + 1));
		faults.push("with wider text it is " + document.documentElement.scrollWidth + " pixels wide in a window of " + width + ": " + wide.slice(0, 3).map(say).join(" · "));
	}
	for (const el of document.querySelectorAll("body *")) {
		if (!shown(el) || el.closest(".nhsuk-u-visually-hidden, .nhsuk-skip-link") || !el.textContent.trim() || el.clientWidth <= 1 || el.clientHeight <= 1) continue;
		const s = getComputedStyle(el), cut = o => o === "hidden" || o === "clip";
		if (cut(s.overflowX) && el.scrollWidth > el.clientWidth + 1 || cut(s.overflowY) && el.scrollHeight > el.clientHeight + 1) faults.push("with wider text it is cut off: " + say(el));
	}
	const nav = document.querySelector(".nhsuk-header__navigation");
	if (nav) for (const a of nav.querySelectorAll("a, button")) {
		if (!shown(a)) continue;
		const r = a.getBoundingClientRect(), n = nav.getBoundingClientRect();
		if (r.right > n.right + 1 || r.left < n.left - 1 || r.bottom > n.bottom + 1) faults.push("with wider text it runs out of the navigation: " + say(a));
	}
	document.adoptedStyleSheets = document.adoptedStyleSheets.filter(s => s !== sheet);
	return faults;
}`

// jsFocusables counts the controls that the Tab key should reach, and remembers how each looks without the focus.
const jsFocusables = `() => { ` + jsTidy + `
	document.body.tabIndex = -1; // the walk begins at the top, wherever a script put the focus
	document.body.focus();
	document.body.blur();
	document.body.removeAttribute("tabindex");
	window.scrollTo(0, 0);
	const look = el => { const parts = [el, el.parentElement, el.nextElementSibling].filter(Boolean); const out = []; for (const p of parts) for (const pseudo of [null, "::before", "::after"]) { const s = getComputedStyle(p, pseudo); out.push([s.outlineStyle === "none" || s.outlineWidth === "0px" ? "" : s.outlineStyle + s.outlineWidth + s.outlineColor, s.boxShadow, s.backgroundColor, s.borderBottomColor, s.borderBottomWidth, s.borderTopColor, s.borderTopWidth, s.textDecorationLine, s.color].join("|")); } return out.join("~"); };
	const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")].filter(el => (shown(el) || el.matches(".nhsuk-skip-link")) && !el.disabled && !el.closest("dialog:not([open])") && !el.closest("[hidden]"));
	const groups = new Set();
	const list = all.filter(el => { if (el.type !== "radio") return true; const g = el.name + "/" + (el.form ? [...document.forms].indexOf(el.form) : ""); if (groups.has(g)) return false; groups.add(g); return true; });
	window.heedLooks = new Map(list.map(el => [el, look(el)]));
	window.heedLook = look;
	window.heedReached = new Set();
	return list.length;
}`

// jsFocused looks at the control that has the focus now: "" when all is well, "end" when the round is over.
const jsFocused = `() => { ` + jsTidy + `
	const el = document.activeElement;
	if (!el || el === document.body || el === document.documentElement) return "end";
	let key = el;
	if (el.type === "radio") for (const k of window.heedLooks.keys()) if (k.type === "radio" && k.name === el.name && k.form === el.form) key = k;
	if (window.heedReached.has(key)) return "end";
	window.heedReached.add(key);
	const say = el.tagName.toLowerCase() + " " + JSON.stringify((nameOf(el) || tidy(el.textContent)).slice(0, 50));
	const before = window.heedLooks.get(key);
	if (before !== undefined && key === el && window.heedLook(el) === before) return "looks the same with the focus: " + say;
	const r = el.getBoundingClientRect();
	const x = Math.min(Math.max(r.left + r.width / 2, 0), innerWidth - 1), y = Math.min(Math.max(r.top + Math.min(r.height, 40) / 2, 0), innerHeight - 1);
	const top = document.elementFromPoint(x, y);
	const label = el.labels && el.labels[0];
	if (top && !el.contains(top) && !top.contains(el) && !(label && (label.contains(top) || top.contains(label)))) return "has the focus and is covered: " + say;
	return "";
}`

const jsUnreached = `() => { ` + jsTidy + `
	return [...window.heedLooks.keys()].filter(el => !window.heedReached.has(el)).map(el => el.tagName.toLowerCase() + " " + JSON.stringify((nameOf(el) || tidy(el.textContent)).slice(0, 50)));
}`
