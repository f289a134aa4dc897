package nhs

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/web/nhs/htmlcheck"
)

// fixture is one example that nhsuk-frontend ships: options and the HTML they must give.
type fixture struct {
	Name      string         `json:"name"`
	Context   map[string]any `json:"context"`
	CallBlock string         `json:"callBlock"`
	HTML      string         `json:"html"`
}

// What 10.6.1 ships for the components we have, so that none is lost unseen.
const (
	components = 37
	fixtures   = 927
)

// decoders turn the options of a fixture into our types. Nothing is decoded by
// reflection: an option that a decoder does not read is an option we do not have, and its fixture fails.
var decoders = map[string]func(options) Component{}

// TestFixtures renders every fixture of every component we have. Fixtures are counted by position: many share a name.
func TestFixtures(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "third_party", "nhsuk-frontend", "fixtures")
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures in %s (%v)", dir, err)
	}
	var table strings.Builder
	passedAll, totalAll := 0, 0
	for _, file := range files {
		component := strings.TrimSuffix(filepath.Base(file), ".json")
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var all struct {
			Fixtures []fixture `json:"fixtures"`
		}
		if err := json.Unmarshal(raw, &all); err != nil {
			t.Fatal(err)
		}
		decode := decoders[component]
		if decode == nil {
			t.Errorf("%s: no decoder", component)
			continue
		}
		passed := 0
		t.Run(component, func(t *testing.T) {
			for i, f := range all.Fixtures {
				o := options(f.Context)
				if o == nil {
					o = options{}
				}
				o["callBlock"] = f.CallBlock
				got := string(Render(decode(o)))
				if err := htmlcheck.WellFormed(got); err != nil && htmlcheck.WellFormed(f.HTML) == nil {
					t.Errorf("%d %q: %v", i, f.Name, err)
				}
				if diff := firstDifference(dom(t, got), dom(t, f.HTML)); diff != "" {
					t.Errorf("%d %q\n%s", i, f.Name, diff)
				} else {
					passed++
				}
			}
		})
		fmt.Fprintf(&table, "%-22s %4d of %4d\n", component, passed, len(all.Fixtures))
		passedAll += passed
		totalAll += len(all.Fixtures)
	}
	fmt.Fprintf(&table, "%-22s %4d of %4d", "all", passedAll, totalAll)
	t.Logf("fixtures of nhsuk-frontend 10.6.1\n%s", table.String())
	if len(files) != components || totalAll != fixtures {
		t.Errorf("%d components with %d fixtures, not %d with %d", len(files), totalAll, components, fixtures)
	}
}

// options are the options of a fixture, as JSON has them.
type options map[string]any

func (o options) str(key string) string {
	switch v := o[key].(type) {
	case nil, bool:
		return ""
	case string:
		return v
	case float64:
		return strings.TrimSuffix(fmt.Sprintf("%.0f", v), ".")
	default:
		panic(fmt.Sprintf("%s is %T", key, v))
	}
}

func (o options) on(key string) bool  { v, ok := o[key].(bool); return ok && v }
func (o options) off(key string) bool { v, ok := o[key].(bool); return ok && !v }
func (o options) num(key string) int  { v, _ := o[key].(float64); return int(v) }

func (o options) toggle(key string) Switch {
	switch v, ok := o[key].(bool); {
	case !ok:
		return Unset
	case v:
		return On
	}
	return Off
}

// sub is an option that is itself options; a plain string counts as its text.
func (o options) sub(key string) options {
	switch v := o[key].(type) {
	case map[string]any:
		return v
	case string:
		return options{"text": v}
	}
	return options{}
}

// list is a list of options without the gaps.
func (o options) list(key string) []options {
	var out []options
	for _, v := range o.gaps(key) {
		if v != nil {
			out = append(out, v)
		}
	}
	return out
}

// gaps is a list of options; what is false is nil.
func (o options) gaps(key string) []options {
	raw, _ := o[key].([]any)
	out := make([]options, 0, len(raw))
	for _, v := range raw {
		switch v := v.(type) {
		case map[string]any:
			out = append(out, v)
		case string:
			out = append(out, options{"text": v})
		default:
			out = append(out, nil)
		}
	}
	return out
}

func (o options) strs(key string) []string {
	raw, given := o[key].([]any)
	if !given {
		return nil
	}
	out := []string{}
	for _, v := range raw {
		out = append(out, v.(string))
	}
	return out
}

// content is what is between the tags: a call block, else the option html.
func (o options) content() Component {
	if s := o.str("callBlock"); s != "" {
		return HTML(s)
	}
	if s := o.str("html"); s != "" {
		return HTML(s)
	}
	return nil
}

func (o options) attrs() []Attr {
	m, _ := o["attributes"].(map[string]any)
	var out []Attr
	for name := range m {
		out = append(out, Attr{Name: name, Value: options(m).str(name)})
	}
	return out
}
