package roomtest

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"heed/internal/access"
	"heed/internal/api"
	"heed/internal/app"
	"heed/internal/demo"
	"heed/internal/directory"
	"heed/internal/field"
	"heed/internal/heedtest"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/room"
)

var reference = regexp.MustCompile(`HD-[0-9A-Z]{4}-[0-9A-Z]{4}`)

var update = flag.Bool("update", false, "write the golden files anew")

// routes asks every page and operation of the room as everybody, for a record that
// is there, one that is not, and one whose reference is none, and compares with the
// room's golden table testdata/matrix-NAME.golden (promise A1).
func routes(t *testing.T, r *room.Room, made installed) {
	_, a := served(t, made)
	m := &matrix{t: t, app: a, room: r, handler: a.Handler(),
		x: drawn(5, a.Now, "example")}
	who := starter(t, a, r)
	m.x.person = func(field.Field) id.Person { return who.Person }
	got := strings.Join(m.lines(m.routes()), "\n") + "\n"
	golden := "testdata/matrix-" + r.Name + ".golden"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs (run with -update if it is meant, and read every line of the difference); it would be:\n%s",
			golden, got)
	}
}

type matrix struct {
	t       *testing.T
	app     *app.App
	room    *room.Room
	handler http.Handler
	x       examples
	added   process.StepInfo // by the organisation; none where nobody may take one
}

// somebody is a person in one role, with a session and a token; the zero value is nobody.
type somebody struct {
	name, cookie, token string
	actor               access.Actor
}

func (m *matrix) lines(routes []string) (lines []string) {
	people := m.people()
	m.adds()
	for _, route := range routes {
		method, pattern, _ := strings.Cut(route, " ")
		for _, s := range people {
			line := fmt.Sprintf("%-52s %-20s", route, s.name)
			if !strings.Contains(pattern, "{") {
				lines = append(lines, line+" "+m.ask(s, method, pattern, ""))
				continue
			}
			for _, c := range []string{"there", "missing", "malformed"} {
				ref := map[string]string{"there": m.begun(), "missing": string(id.NewReference()), "malformed": "nothing"}[c]
				line += " | " + c + " " + m.ask(s, method, pattern, ref)
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// adds has the organisation add a step to the room's definition, for "{step}": of the first
// role that the rules let take one.
func (m *matrix) adds() {
	ctx := context.Background()
	o, err := m.app.Directory.Organisation(ctx, starter(m.t, m.app, m.room).Org)
	m.must(err)
	var words []directory.Word
	for _, g := range o.Grantors {
		p, err := m.app.Directory.Person(ctx, g)
		m.must(err)
		word, err := demo.Word(ctx, m.app, p.Login, m.app.Now())
		m.must(err)
		words = append(words, word)
	}
	def := m.room.Latest()
	for _, d := range def.Roles {
		f := looking(bare(def, 1), def, string(d.ID), nil)
		o, err := m.app.Rooms.LayOverlay(ctx, o.ID, f.raw(), words...)
		if err == nil {
			m.added, _ = o.Becomes.Step("local_look")
			return
		}
	}
}

// routes are the room's own.
func (m *matrix) routes() (all []string) {
	for _, p := range m.app.Site().Parts() {
		for _, r := range p.Routes {
			switch {
			case p.Name != m.room.Name:
			default:
				all = append(all, r.Method+" "+r.Pattern)
			}
		}
	}
	for _, r := range m.app.API().Routes() {
		if strings.Contains(r, "/api/v1/"+m.room.Many) {
			all = append(all, r)
		}
	}
	return m.eachList(all)
}

// namesWhatItHas: pages, operations and events of documents and links are there for rooms that
// have some, and for no others.
func namesWhatItHas(t *testing.T, r *room.Room, _ installed) {
	parts, all := (&app.App{}).Parts(), ""
	for _, p := range parts {
		for _, x := range p.Routes {
			if p.Name == r.Name {
				all += x.Pattern + "\n"
			}
		}
	}
	for _, x := range api.New(api.Parts{Kinds: app.Kinds()}).Routes() {
		if strings.Contains(x, "/"+r.Many+"/") {
			all += x + "\n"
		}
	}
	for kind := range r.Events(app.Rooms()...) {
		all += kind + "\n"
	}
	documents := slices.ContainsFunc(r.Latest().AllSteps, func(s process.StepInfo) bool {
		return len(field.Documents(s.Fields)) > 0
	})
	for what, has := range map[string]bool{"/documents/": documents, ".document_opened": documents,
		"/link-to": len(r.Latest().Links) > 0, "/end-link": len(r.Latest().Links) > 0,
		".linked": len(r.Latest().Links) > 0, ".reading_confirmed": r.Latest().Audience.Given()} {
		if strings.Contains(all, what) != has {
			t.Errorf("%s is among its pages, operations and events: %v, want %v", what, !has, has)
		}
	}
}

// eachList has every list in place of the lists.
func (m *matrix) eachList(routes []string) (all []string) {
	for _, r := range routes {
		if r != "GET /"+m.room.Many && r != "GET /api/v1/"+m.room.Many {
			all = append(all, r)
			continue
		}
		for _, l := range m.room.Latest().Lists {
			all = append(all, r+"?list="+l.ID)
		}
	}
	return all
}

// people are nobody, one person in each role that the demo has, and those of these log-ins.
func (m *matrix) people(these ...string) []somebody {
	ctx := context.Background()
	out := []somebody{{name: "nobody"}}
	seen := map[access.Role]bool{}
	for _, p := range m.everybody() {
		for _, g := range p.Grants {
			if seen[g.Role] && !slices.Contains(these, p.Login) {
				continue
			}
			seen[g.Role] = true
			w := m.send("POST", "/demo/people", "", "", "application/x-www-form-urlencoded",
				url.Values{"be": {p.ID.String() + " " + string(g.Role)}}.Encode())
			word, err := demo.Word(ctx, m.app, p.Login, m.app.Now())
			m.must(err)
			token, err := m.app.Directory.IssueToken(ctx, word, "matrix", time.Hour)
			m.must(err)
			cookies := w.Result().Cookies()
			who, err := p.Actor(g.Role, true)
			m.must(err)
			out = append(out, somebody{string(g.Role), cookies[len(cookies)-1].String(), token, who})
		}
	}
	slices.SortFunc(out, func(x, y somebody) int { return strings.Compare(x.name, y.name) })
	return out
}

func (m *matrix) begun() string {
	got, err := m.app.Rooms.Begin(context.Background(), starter(m.t, m.app, m.room), m.room,
		room.Beginning{Answers: m.x.about("begun").Answers(m.room.First().Fields), Strict: true})
	m.must(err)
	return string(got.Reference)
}

// ask sends one request with whole and right answers, the same for a step and a person however
// many lines there are, and tells what came of it.
func (m *matrix) ask(s somebody, method, pattern, ref string) string {
	path := strings.NewReplacer("{ref}", ref, "{reference}", ref, "{version}", "1", "{number}", "1", "{step}",
		string(m.added.ID)).Replace(pattern)
	info := m.step(pattern)
	in := m.x.about(string(info.ID), s.name).Answers(info.Fields)
	for _, f := range in.Files() { // the words alone: documents have a clause of their own
		delete(in, f.Name)
	}
	for _, c := range slices.Concat(info.Stop.And, info.Stop.When) { // such as bring a second look first
		if f, _ := field.Find(info.Fields, c.Field); len(c.Is) > 0 && f.Kind == field.Choices {
			in[c.Field] = field.Value{List: c.Is[:1]}
		} else if len(c.Is) > 0 {
			in[c.Field] = field.Of(c.Is[0])
		}
	}
	if strings.HasPrefix(pattern, "/api/") {
		body, err := json.Marshal(in)
		m.must(err)
		return fmt.Sprint(m.send(method, path, "", s.token, "application/json", string(body)).Code)
	}
	typed := form(info.Fields, in)
	w := m.send(method, path, s.cookie, "", "application/x-www-form-urlencoded", typed.Encode())
	out := fmt.Sprint(w.Code)
	if method == http.MethodPost && w.Code == http.StatusOK && strings.Contains(w.Body.String(), info.Stop.Heading) {
		typed.Set("_sure", "yes")
		w = m.send(method, path, s.cookie, "", "application/x-www-form-urlencoded", typed.Encode())
		out = "asked again, " + fmt.Sprint(w.Code)
	}
	if to := w.Header().Get("Location"); to != "" {
		u, err := url.Parse(to)
		m.must(err)
		out += "→" + reference.ReplaceAllString(u.Path, "{ref}")
	}
	return out
}

func (m *matrix) step(pattern string) process.StepInfo {
	s, ok := m.room.Latest().Step(process.Step(pattern[strings.LastIndex(pattern, "/")+1:]))
	switch {
	case strings.HasSuffix(pattern, "{step}"):
		return m.added
	case !ok:
		return m.room.First()
	}
	return s
}

func (m *matrix) send(method, path, cookie, token, kind, body string) *httptest.ResponseRecorder {
	var in io.Reader = http.NoBody
	if method == http.MethodPost {
		in = bytes.NewReader([]byte(body))
	}
	r := httptest.NewRequest(method, "http://127.0.0.1"+path, in)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if cookie != "" {
		r.Header.Set("Cookie", strings.SplitN(cookie, ";", 2)[0])
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	m.handler.ServeHTTP(w, r)
	return w
}

// form is answers as a page sends them.
func form(fields []field.Field, in field.Answers) url.Values {
	out := url.Values{}
	for _, f := range fields {
		v := in[f.ID]
		switch {
		case f.Kind == field.Day && len(v.Text) == len(time.DateOnly):
			maps.Copy(out, heedtest.DayParts(f.ID, v.Text))
		case len(v.List) > 0:
			out[f.ID] = v.List
		case f.Kind == field.Part:
			maps.Copy(out, form(f.Fields, v.Part))
		case v.Text != "":
			out.Set(f.ID, v.Text)
		}
	}
	return out
}

func (m *matrix) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}
