package bodies

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"heed/internal/fail"
	"heed/internal/imports"
	"heed/internal/plain"
)

// Kinds are what an organisation can be, in words. The Organisation Data Service has no such
// column: the files that are imported say it, and somebody may say otherwise in the next.
var Kinds = []struct{ Name, Label string }{
	{"acute", "acute trust"}, {"acute_specialist", "specialist acute trust"},
	{"integrated_acute_community", "acute and community trust"}, {"mental_health", "mental health trust"},
	{"community", "community trust"}, {"ambulance", "ambulance trust"}, {"gp_practice", "GP practice"},
	{"independent_provider", "private provider"}, {"voluntary_provider", "charity or voluntary provider"},
	{"training_body", "deanery or other training body"}, {"icb", "integrated care board"},
	{"region", "NHS England region"}, {"national", "national body"}, {"other", "other"},
	{notSaid, "kind not known"},
}

// notSaid is of an organisation of which its file does not say what it is, as of many that closed.
const notSaid = "not_said"

// nations are where an organisation is.
var nations = []string{"England", "Wales", "Scotland", "Northern Ireland"}

var columns = []imports.Column{
	{Name: "list", Label: "list", Read: asIs},
	{Name: "code", Label: "ODS code", Read: code},
	{Name: "name", Label: "name", Read: name},
	{Name: "kind", Label: "kind of organisation", Read: kindOf},
	{Name: "nation", Label: "country", Read: nation},
	{Name: "region", Label: "code of the region", Read: code},
	{Name: "icb", Label: "code of the integrated care board", Read: code},
	{Name: "postcode", Label: "postcode", Read: postcode},
	{Name: "opened", Label: "day it opened", Read: day},
	{Name: "closed", Label: "day it closed", Read: day},
	{Name: "successor", Label: "code of what came in its place", Read: code},
}

// at is where a column lies in a row.
var at = func() map[string]int {
	out := map[string]int{}
	for i, c := range columns {
		out[c.Name] = i
	}
	return out
}()

func names() (out []string) {
	for _, c := range columns {
		out = append(out, c.Name)
	}
	return out
}

// dated are the headings that say from when until when, and what came then.
func dated(heads map[string]string) map[string]string {
	heads["opened"], heads["closed"], heads["successor"] = "open_date", "close_date", "successor_code"
	return heads
}

// kind are the files that list organisations.
var kind = imports.Kind{
	Feed: Feed, Many: "organisations", Columns: columns,
	Forms: []imports.Form{
		{Name: "trusts", What: "NHS trusts, as the Organisation Data Service lists them",
			Heads: dated(map[string]string{"code": "ods_code", "name": "name", "kind": "type", "nation": "country",
				"region": "region_code", "icb": "icb_code", "postcode": "postcode"}),
			Needs: []string{"code", "name", "kind", "nation", "opened", "closed"},
			Fixed: map[string]string{"list": "trusts"}},
		{Name: "icbs", What: "integrated care boards",
			Heads: map[string]string{"code": "icb_code", "name": "icb", "region": "region_code", "opened": "effective_from",
				"closed": "close_date", "successor": "successor_code"},
			Needs: []string{"code", "name", "region", "opened"},
			Fixed: map[string]string{"list": "icbs", "kind": "icb", "nation": "England"}},
		{Name: "regions", What: "NHS England regions",
			Heads: dated(map[string]string{"code": "region_code", "name": "region"}),
			Needs: []string{"code", "name"},
			Fixed: map[string]string{"list": "regions", "kind": "region", "nation": "England"}},
		{Name: "others", What: "other organisations, which need no code: charities, deaneries, private providers, practices",
			Heads: dated(map[string]string{"code": "code", "name": "name", "kind": "type", "nation": "country",
				"region": "region_code", "icb": "icb_code", "postcode": "postcode"}),
			Needs: []string{"name", "kind", "nation", "postcode"},
			Fixed: map[string]string{"list": "others"}},
	},
	Same: func(row []any) string {
		if code := row[at["code"]].(string); code != "" {
			return "code " + code
		}
		return "name " + strings.ToLower(row[at["name"]].(string)) + ", " + row[at["postcode"]].(string)
	},
	Covers: func(form string, row []any) bool { return row[at["list"]] == form },
	Called: func(row []any) string {
		if code := row[at["code"]].(string); code != "" {
			return row[at["name"]].(string) + " (" + code + ")"
		}
		return row[at["name"]].(string)
	},
	Absent: absent,
	Refers: func(row []any) string {
		if code := row[at["successor"]].(string); code != "" {
			return "code " + code
		}
		return ""
	},
	Count: func(row []any) string { return row[at["kind"]].(string) },
	Fault: func(row []any) (column, fault string) {
		list, opened, closed := row[at["list"]], row[at["opened"]].(int64), row[at["closed"]].(int64)
		switch {
		case list != "others" && row[at["code"]] == "":
			return "code", "There is no ODS code. Enter it"
		case closed != 0 && closed < opened:
			return "closed", "It closed before it opened. Correct one of the days"
		case closed == 0 && row[at["successor"]] != "":
			return "successor", "Something came in its place, and it has not closed. Enter the day on which it closed"
		}
		return "", ""
	},
}

// keptYears is for how long an organisation that closed stays in the list, so that what was counted
// for it keeps its name. Nobody prescribes it; it is longer than any record of Heed's is kept.
const keptYears = 30

// absent is an organisation that the file of a day lists no more: the day before was its last, if it
// had none.
func absent(row []any, asOf time.Time) ([]any, bool) {
	closed := row[at["closed"]].(int64)
	if closed != 0 {
		return row, dayOf(closed).AddDate(keptYears, 0, 0).After(asOf)
	}
	last := slices.Clone(row)
	last[at["closed"]] = max(numberOf(asOf.AddDate(0, 0, -1)), row[at["opened"]].(int64))
	return last, true
}

func numberOf(t time.Time) int64 { return int64(t.Year()*10000 + int(t.Month())*100 + t.Day()) }

func asIs(cell string) (any, string) { return cell, "" }

// codeShape is of any code: ODS itself warns that a shape tells nothing more.
var codeShape = regexp.MustCompile(`^[A-Z0-9]{3,10}$`)

func code(cell string) (any, string) {
	c := strings.ToUpper(cell)
	if c == "" || codeShape.MatchString(c) {
		return c, ""
	}
	return nil, "A code has 3 to 10 letters and numbers, and nothing else. Correct it"
}

func name(cell string) (any, string) {
	n := strings.Join(strings.Fields(cell), " ")
	if fault := (plain.Field{Label: "the name", Limit: 200, Must: true, Line: true}).Fault(n); fault != "" {
		return nil, fault
	}
	if strings.ContainsRune("=+-@", rune(n[0])) {
		return nil, "A spreadsheet takes a name that begins so for a formula. Take the first sign away"
	}
	return n, ""
}

func kindOf(cell string) (any, string) {
	if cell == "" {
		return notSaid, ""
	}
	var all []string
	for _, k := range Kinds {
		if strings.EqualFold(cell, k.Name) || strings.EqualFold(cell, k.Label) {
			return k.Name, ""
		}
		all = append(all, k.Name)
	}
	return nil, "The kind of organisation must be one of these, or empty: " + strings.Join(all, ", ")
}

func nation(cell string) (any, string) {
	i := slices.IndexFunc(nations, func(n string) bool { return strings.EqualFold(n, cell) })
	if i < 0 {
		return nil, "The country must be one of these: " + strings.Join(nations, ", ")
	}
	return nations[i], ""
}

var postcodeShape = regexp.MustCompile(`^[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}$`)

func postcode(cell string) (any, string) {
	p := strings.ToUpper(strings.Join(strings.Fields(cell), ""))
	if p == "" {
		return "", ""
	}
	if !postcodeShape.MatchString(p) {
		return nil, "This is no postcode of the United Kingdom, such as SW1A 1AA. Correct it, or leave the cell empty"
	}
	return p[:len(p)-3] + " " + p[len(p)-3:], ""
}

// day reads 2026-07-08, 20260708 as ODS writes it, and 08/07/2026 as a spreadsheet here makes of both.
func day(cell string) (any, string) {
	if cell == "" {
		return int64(0), ""
	}
	for _, layout := range []string{time.DateOnly, "20060102", "02/01/2006"} {
		if t, err := time.Parse(layout, cell); err == nil && t.Year() >= 1900 && t.Year() < 2200 {
			return numberOf(t), ""
		}
	}
	return nil, "This is no day such as 2026-07-08 or 08/07/2026. Correct it"
}

// Label is a kind of organisation in words.
func Label(kind string) string {
	for _, k := range Kinds {
		if k.Name == kind {
			return k.Label
		}
	}
	return kind
}

// Forms are the kinds of file, in words, for who has to name one.
func Forms() (out []string) {
	for _, f := range kind.Forms {
		out = append(out, fmt.Sprintf("%s (%s)", f.Name, f.What))
	}
	return out
}

// ReadDay reads a day as somebody types it.
func ReadDay(typed string) (time.Time, error) {
	n, fault := day(strings.TrimSpace(typed))
	if fault != "" || n == int64(0) {
		return time.Time{}, fail.New(fail.Bad, "Enter a day such as 2026-07-08")
	}
	return dayOf(n.(int64)), nil
}
