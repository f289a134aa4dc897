package attack_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"heed/internal/access"
)

// marker stands in every hostile value: an error that echoes what was sent shows it.
const marker = "zqxmarker"

// hostile are texts that programs stumble over.
func hostile() []string {
	out := []string{
		"", " ", "\x00", marker + "\x00after", "\xff\xfe" + marker, marker + "\xed\xa0\x80", "\u202e" + marker + "\u202c",
		"\u200b\u200f" + marker, "\ufeff" + marker,
		"<script>alert('" + marker + "')</script>", `"><img src=x onerror=alert(1)>` + marker,
		"</textarea><script>1</script>" + marker, "<!--" + marker, "{{.}}" + marker, "${7*7}" + marker,
		"=1+1|" + marker, "+cmd|' /C calc'!A0" + marker, "-2+3" + marker, "@SUM(1)" + marker, "\t=1" + marker,
		"'; drop table entry; --" + marker, "' or '1'='1" + marker,
		"../../../etc/passwd" + marker, "%00%0d%0a" + marker, marker + "\r\nX-Planted: yes", "\r", "\n\n\n" + marker, "%" +
			marker, "%zz", "javascript:alert(1)//" + marker,
		"999 000 0000", "0", "-1", "1e999", "99999999999999999999999", "NaN", "31", "0x10", "١٢٣", "２０２６",
		"Zoë Ní Bhriain-O'Connor " + marker, "محمد", "🧑‍🤝‍🧑" + marker, "a\u0301\u0301" + marker,
		strings.Repeat("w", 4001) + marker, strings.Repeat("🙂", 4001), strings.Repeat("a ", 60_000),
		strings.Repeat("\u202e", 3000), strings.Repeat("<b>", 2000),
		"on", "true", "null", "undefined", "[]", "{}", "worker", "told", "share", "open_case", "yes",
	}
	return out
}

// notInStyle are words of no message in the NHS style.
var notInStyle = regexp.MustCompile(`(?i)\b(please|invalid|required|illegal|forbidden)\b|sorry, (?:but|this)`)

// randomKey is what a form carries so that sending twice is sending once, and a
// second factor's secret on the page that sets an account up.
var randomKey = regexp.MustCompile(`value="[A-Za-z0-9_-]{20,64}"`)

// looksRight fails on what no answer may be.
func looksRight(t *testing.T, what string, a answer) {
	t.Helper()
	if a.status >= 500 {
		t.Errorf("%s: %d %.200s", what, a.status, a.body)
	}
	body := randomKey.ReplaceAllString(a.body, "") // which may spell anything
	for _, inner := range []string{"goroutine ", "panic", "sqlite", "pgx", ".go:", "runtime error", "template:"} {
		if strings.Contains(body, inner) {
			t.Errorf("%s: the answer says %q", what, inner)
		}
	}
	if a.header.Get("X-Planted") != "" {
		t.Errorf("%s: a header was planted", what)
	}
}

// TestHostileForms sends hostile values to every field of every form (promises W1, W2).
func TestHostileForms(t *testing.T) {
	t.Parallel()
	h := onSQLite(t)
	nurse, lead := h.as("nurse", access.Worker), h.as("lead", access.Lead)
	values, sent := hostile(), 0
	for _, r := range h.routes() {
		method, pattern, _ := strings.Cut(r, " ")
		if method != "POST" || strings.HasPrefix(pattern, "/api/") || strings.HasPrefix(pattern, "/leave") ||
			pattern == "/log-out" || pattern == "/log-in" {
			continue
		}
		v, ref := lead, h.raise("nurse", "Something I heard")
		if strings.HasPrefix(pattern, "/mine") {
			v = nurse
		}
		path := holes.ReplaceAllString(strings.Replace(pattern, "{ref}", string(ref), 1), "unheard-of")
		form := h.fieldsOf(v, pattern, path)
		for name := range form {
			for i, value := range values {
				if (i+len(name))%9 != 0 && len(form) > 3 { // every value meets every form, not every field of the long ones
					continue
				}
				changed := url.Values{}
				for k, all := range form {
					changed[k] = all
				}
				changed[name] = []string{value}
				a := v.post(path, changed)
				sent++
				what := fmt.Sprintf("%s %s=%.40q", pattern, name, value)
				looksRight(t, what, a)
				escaped(t, what, a)
			}
		}
		for _, whole := range []string{"%", "=", "&&&", "a=b;c=d", strings.Repeat("x=1&", 20_000), "what=" +
			strings.Repeat("%41", 200_000), "\x00\x01", "words=" + marker + "&words=again"} {
			a := h.send("POST", path, map[string]string{"Cookie": v.cookie, "Content-Type": "application/x-www-form-urlencoded"},
				strings.NewReader(whole))
			looksRight(t, pattern+" whole body", a)
			sent++
		}
		for _, kind := range []string{"", "application/json", "multipart/form-data; boundary=x", "text/plain",
			"multipart/form-data"} {
			a := h.send("POST", path, map[string]string{"Cookie": v.cookie, "Content-Type": kind},
				strings.NewReader("words="+marker))
			looksRight(t, pattern+" as "+kind, a)
			sent++
		}
	}
	for _, page := range []string{"/inbox", "/mine"} {
		escaped(t, page, lead.get(page))
	}
	t.Logf("%d requests", sent)
	if sent < 800 {
		t.Errorf("only %d requests", sent)
	}
	h.unchanged()
}

var fieldName = regexp.MustCompile(`<(?:input|textarea|select)[^>]*\sname="([^"]+)"`)

// fieldsOf are the fields that the page shows, with a right value where one is known.
func (h *house) fieldsOf(v *visitor, pattern, path string) url.Values {
	form := url.Values{}
	for _, m := range fieldName.FindAllStringSubmatch(v.get(path).body, -1) {
		if m[1] != "_here" {
			form[m[1]] = []string{""}
		}
	}
	for k, known := range forms[pattern] {
		form[k] = known
	}
	delete(form, "_key")
	return form
}

// escaped fails when markup that was typed stands in a page as markup.
func escaped(t *testing.T, what string, a answer) {
	t.Helper()
	for _, live := range []string{"<script>alert", "<img src=x", "</textarea><script", "<!--" + marker} {
		if strings.Contains(a.body, live) {
			t.Errorf("%s: markup is alive: %s", what, live)
		}
	}
	if a.status == http.StatusUnprocessableEntity {
		shown := regexp.MustCompile(`(?s)<(?:textarea|input)[^>]*>(?:[^<]*</textarea>)?`).ReplaceAllString(a.body, "")
		if bad := notInStyle.FindString(shown); bad != "" {
			t.Errorf("%s: a message says %q", what, bad)
		}
	}
}

// TestTextIsGivenBack: what was typed and refused stands on the page again, as typed.
func TestTextIsGivenBack(t *testing.T) {
	h := onSQLite(t)
	nurse := h.as("nurse", access.Worker)
	long := strings.Repeat("He said that <b>they</b> ask him to go. ", 200)
	a := nurse.post("/raise/what", url.Values{"what": {long}})
	if a.status != http.StatusUnprocessableEntity ||
		!strings.Contains(a.body, strings.Repeat("He said that &lt;b&gt;they&lt;/b&gt; ask him to go. ", 199)) {
		t.Errorf("%d: what was too long is not given back", a.status)
	}
	if !strings.Contains(a.body, "What you are worried about must be 4,000 characters or less") {
		t.Error("the message does not say the limit")
	}
	closed := h.closed("porter")
	h.hand.Move(25 * time.Hour)
	lead := h.as("lead", access.Lead)
	a = lead.post("/cases/"+string(closed)+"/notes", url.Values{"words": {"A note that took a while"}})
	if !strings.Contains(a.body, "A note that took a while") {
		t.Errorf("%d: a note to a closed case is lost", a.status)
	}
	a = lead.post("/cases/"+string(closed)+"/feedback", url.Values{"result": {"told"},
		"words": {"An answer that took a while"}})
	if !strings.Contains(a.body, "An answer that took a while") || !strings.Contains(a.body, "say why you need to") {
		t.Errorf("%d: an answer to a closed case is lost", a.status)
	}
}

// TestHostileJSON sends hostile bodies to every operation of the API.
func TestHostileJSON(t *testing.T) {
	t.Parallel()
	h := onSQLite(t)
	token := h.token("lead")
	sent := 0
	for _, r := range h.API().Routes() {
		method, pattern, _ := strings.Cut(r, " ")
		if method != "POST" {
			continue
		}
		ref := h.raise("nurse", "Something I heard")
		path := holes.ReplaceAllString(strings.Replace(pattern, "{reference}", string(ref), 1), "unheard-of")
		body := bodies[pattern[strings.LastIndex(pattern, "/")+1:]]
		if strings.HasSuffix(pattern, "/concerns") {
			body = `{"about":"patient","what":"Something","person":{"name":"N"},"spoken":["nobody"]}`
		}
		for name, bad := range wrongBodies(body) {
			a := h.call(token, "POST", path, bad)
			sent++
			what := pattern + ": " + name
			looksRight(t, what, a)
			if a.status < 400 && !strings.HasPrefix(name, "value") {
				t.Errorf("%s: taken with %d", what, a.status)
			}
			refusedInWords(t, what, a)
		}
		for name, header := range map[string]map[string]string{
			"text": {"Content-Type": "text/plain"}, "none": {}, "form": {"Content-Type": "application/x-www-form-urlencoded"},
			"gzip":     {"Content-Type": "application/json", "Content-Encoding": "gzip"},
			"utf-16":   {"Content-Type": "application/json; charset=utf-16"},
			"override": {"Content-Type": "text/json", "X-HTTP-Method-Override": "GET"},
			"long key": {"Content-Type": "application/json", "Idempotency-Key": strings.Repeat("k", 9000)},
		} {
			header["Authorization"] = "Bearer " + token
			var b bytes.Buffer
			if name == "gzip" {
				z := gzip.NewWriter(&b)
				_, _ = z.Write([]byte(body))
				check(t, z.Close())
			} else {
				b.WriteString(body)
			}
			a := h.send("POST", path, header, &b)
			sent++
			looksRight(t, pattern+": "+name, a)
			if a.status < 400 && name != "utf-16" {
				t.Errorf("%s: %s taken with %d", pattern, name, a.status)
			}
			refusedInWords(t, pattern+": "+name, a)
		}
		for _, m := range []string{"PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"} {
			a := h.send(m, path, map[string]string{"Authorization": "Bearer " + token}, nil)
			looksRight(t, m+" "+pattern, a)
			if a.status < 400 {
				t.Errorf("%s %s: %d", m, pattern, a.status)
			}
			sent++
		}
	}
	t.Logf("%d requests", sent)
	if sent < 1000 {
		t.Errorf("only %d requests", sent)
	}
	h.unchanged()
}

// wrongBodies are a right body made wrong in every way, by name.
func wrongBodies(body string) map[string]string {
	inner := strings.TrimSuffix(strings.TrimPrefix(body, "{"), "}")
	out := map[string]string{
		"empty": "", "null": "null", "array": "[" + body + "]", "text": `"` + marker + `"`, "number": "1e999",
		"garbage after": body + marker, "two": body + body,
		"unknown": `{"` + marker + `":1}`, "cut": strings.TrimSuffix(body, "}"), "comment": "/*" + marker + "*/" + body,
		"trailing comma": strings.TrimSuffix(body, "}") + ",}",
		"deep":           strings.Repeat(`{"a":`, 1000) + "1" + strings.Repeat("}", 1000), "deep list": `{"what":` +
			strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + "}",
		"10 MB": `{"what":"` + strings.Repeat("w", 10<<20) + `"}`, "10 MB of spaces": strings.Repeat(" ", 10<<20) + body,
		"broken UTF-8": `{"what":"` + "\xff\xfe" + `","words":"` + "\xff" + `"}`,
		"two BOMs":     "\ufeff\ufeff" + body, "UTF-16": "{\x00\"\x00", "NUL": "\x00" + body,
		"lone surrogate": `{"words":"\ud800","what":"\ud800"}`, "proto": `{"__proto__":{"x":1}}`,
	}
	var fields map[string]any
	if json.Unmarshal([]byte(body), &fields) != nil {
		return out
	}
	for name := range fields {
		out["twice "+name] = `{"` + name + `":"a",` + inner + "}"
		out["other case "+name] = strings.Replace(body, `"`+name+`"`, `"`+strings.ToUpper(name)+`"`, 1)
		for kind, v := range map[string]any{"number": 1e300, "bool": true, "null": nil, "list": []any{marker, 1},
			"object": map[string]any{marker: 1}, "long": strings.Repeat("w", 5000),
			"huge": json.Number("123456789012345678901234567890")} {
			fields2 := map[string]any{}
			for k, x := range fields {
				fields2[k] = x
			}
			fields2[name] = v
			b, _ := json.Marshal(fields2)
			out["value "+name+" "+kind] = string(b)
		}
		for i, v := range hostile() {
			if len(v) > 60_000 || strings.ContainsRune(v, '\uFFFD') {
				continue
			}
			fields2 := map[string]any{}
			for k, x := range fields {
				fields2[k] = x
			}
			fields2[name] = v
			b, _ := json.Marshal(fields2)
			out[fmt.Sprintf("value %s %d", name, i)] = string(b)
		}
	}
	return out
}

// refusedInWords: an error is problem+json in the service's own words, and holds nothing that was sent.
func refusedInWords(t *testing.T, what string, a answer) {
	t.Helper()
	if a.status < 400 {
		return
	}
	if kind := a.header.Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("%s: %d as %q", what, a.status, kind)
	}
	if strings.Contains(a.body, marker) {
		t.Errorf("%s: the answer echoes what was sent: %s", what, a.body)
	}
	if bad := notInStyle.FindString(a.body); bad != "" {
		t.Errorf("%s: the answer says %q: %s", what, bad, a.body)
	}
}
