package imports

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"heed/internal/bulk"
	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
	"heed/internal/store/storetest"
	"heed/internal/tabular"
	"heed/internal/vault"
	"heed/internal/verify"
	"heed/record"
)

// A made-up kind of rows: which room has how many chairs, by two kinds of file.
var chairTable = fstest.MapFS{"migrations/9102_chair.sql": {Data: []byte(`-- +goose Up
create table chair (
  n WHOLEKEY,
  ended_by bigint not null,
  floor text not null,
  room text not null,
  chairs bigint not null
);
create index chair_ended on chair (ended_by, n) where ended_by <> 0;
-- +goose Down
drop table chair;
`)}}

func asIs(cell string) (any, string) { return cell, "" }

var chairs = Kind{
	Feed: bulk.Feed{Name: "chairs", Table: "chair", Columns: []string{"floor", "room", "chairs"},
		Whole: []string{"chairs"}}, Many: "rooms",
	Columns: []Column{{"floor", "floor", asIs}, {"room", "room", asIs},
		{"chairs", "number of chairs", func(cell string) (any, string) {
			n, err := strconv.ParseInt(cell, 10, 32)
			if err != nil {
				return nil, "Enter a whole number"
			}
			return n, ""
		}}},
	Forms: []Form{
		{Name: "upper", What: "upper floor", Heads: map[string]string{"room": "door", "chairs": "chairs"},
			Needs: []string{"room", "chairs"}, Fixed: map[string]string{"floor": "upper"}},
		{Name: "lower", What: "lower floor", Heads: map[string]string{"room": "cellar", "chairs": "chairs"},
			Needs: []string{"room", "chairs"}, Fixed: map[string]string{"floor": "lower"}},
	},
	Same:   func(row []any) string { return "room " + row[1].(string) },
	Covers: func(form string, row []any) bool { return row[0] == form },
	Called: func(row []any) string { return row[1].(string) },
	Absent: func([]any, time.Time) ([]any, bool) { return nil, false },
	Refers: func([]any) string { return "" },
	Count:  func(row []any) string { return row[0].(string) },
	Fault: func(row []any) (string, string) {
		if row[2].(int64) > 1000 {
			return "chairs", "No room holds so many. Correct the number"
		}
		return "", ""
	},
}

var (
	bg   = context.Background()
	t0   = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	lead = ledger.Author{Role: "administrator", Rule: "test"}
)

type house struct {
	*testing.T
	Desk
	org id.Org
	log *ledger.Log
	o   verify.Options
}

func each(t *testing.T, fn func(h *house)) {
	hand := clock.NewHand(t0)
	sources := []fs.FS{vault.Migrations, ledger.Migrations, bulk.Migrations, chairTable}
	storetest.EachClock(t, sources, hand, func(t *testing.T, s *store.Store) {
		h, dir := &house{T: t, org: id.NewOrg(t0)}, t.TempDir()
		signer, err := record.NewSigner("heed.test/log")
		h.must(err)
		h.o = verify.Options{KeyFile: filepath.Join(dir, "keys"), KeyStore: filepath.Join(dir, "keystore"),
			Log: signer.Verifier(), Rows: []string{"chair"}}
		h.must(vault.CreateKeyFile(h.o.KeyFile, h.org))
		v, err := vault.Open(bg, s, vault.Options{KeyFile: h.o.KeyFile, KeyStore: h.o.KeyStore, Clock: hand})
		h.must(err)
		t.Cleanup(func() { v.Close() })
		h.must(v.AddOrg(bg, h.org))
		h.log, err = ledger.Open(s, v, ledger.Options{Origin: "heed.test/log", SignerKey: signer.Text(), Clock: hand})
		h.must(err)
		h.Desk = Desk{Kind: chairs, Bulk: bulk.New(bulk.Parts{Store: s, Vault: v, Ledger: h.log}, chairs.Feed)}
		fn(h)
	})
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) asked(text string, said *Mapping) Asked {
	h.Helper()
	file, err := tabular.Open(strings.NewReader(text))
	h.must(err)
	return Asked{File: file, AsOf: t0, Today: t0, Said: said}
}

func (h *house) look(text string, said *Mapping) *Preview {
	h.Helper()
	p, err := h.Preview(bg, h.org, h.asked(text, said))
	h.must(err)
	return p
}

// there are the rows that are there: floor, room and chairs.
func (h *house) there() map[string]string {
	h.Helper()
	out := map[string]string{}
	state, err := h.Bulk.State(bg, h.org, "chairs")
	h.must(err)
	h.must(h.Bulk.Store.View(bg, func(tx *store.Tx) error {
		for row, err := range h.Bulk.Rows(tx, state, "chairs") {
			if err != nil {
				return err
			}
			out[row.Values[1].(string)] = fmt.Sprintf("%v %v", row.Values[0], row.Values[2])
		}
		return nil
	}))
	return out
}

// TestFilesAreAsAModelSays imports files at random beside a map: what is shown is what is done.
func TestFilesAreAsAModelSays(t *testing.T) {
	each(t, func(h *house) {
		random := rand.New(rand.NewPCG(3, 1))
		is := map[string]string{}
		for range 25 {
			floor, head := "upper", "Door,Chairs,remarks\n"
			if random.IntN(2) == 0 {
				floor, head = "lower", "cellar,chairs\n"
			}
			want, text := maps.Clone(is), head
			var added, changed, closed, same int
			maps.DeleteFunc(want, func(_, what string) bool { return strings.HasPrefix(what, floor) })
			for i := range 30 {
				if random.IntN(2) == 0 {
					continue
				}
				room, n := fmt.Sprintf("%s %d", floor, i), random.IntN(3)
				text += fmt.Sprintf("%s,%d%s\n", room, n, strings.Repeat(",x", strings.Count(head, ",")-1))
				want[room] = fmt.Sprintf("%s %d", floor, n)
				switch was, ok := is[room]; {
				case !ok:
					added++
				case was == want[room]:
					same++
				default:
					changed++
				}
			}
			for room := range is {
				if want[room] == "" {
					closed++
				}
			}
			p := h.look(text, nil)
			if p.New != added || p.Changed != changed || p.Left != closed || p.Here != same || p.Form.Name != floor {
				t.Fatalf("%s would be %+v, want %d new, %d changed, %d closed, %d here", floor, p, added, changed, closed, same)
			}
			_, err := h.Confirm(bg, h.org, lead, p, p.Code, nil)
			if p.Nothing() != fail.Is(err, fail.Conflict) || !p.Nothing() && err != nil {
				t.Fatal(err)
			}
			if is = want; !maps.Equal(h.there(), is) {
				t.Fatalf("there is %v, want %v", h.there(), is)
			}
			if again := h.look(text, nil); !again.Nothing() || again.Here != added+changed+same {
				t.Errorf("the same file would do something again: %+v", again)
			}
			state, err := h.Bulk.State(bg, h.org, "chairs")
			h.must(err)
			counts := map[string]int64{}
			for _, what := range is {
				counts[strings.Fields(what)[0]]++
			}
			if !maps.Equal(state.Counts(), counts) {
				t.Errorf("counted are %v, want %v", state.Counts(), counts)
			}
		}
		_, err := h.log.Sequence(bg)
		h.must(err)
		r, err := verify.Store(bg, h.Bulk.Store, h.o)
		h.must(err)
		if !r.OK() {
			t.Errorf("heed verify names %v", r.Differences)
		}
	})
}

// TestOneRowKeepsAllOut: wherever it stands.
func TestOneRowKeepsAllOut(t *testing.T) {
	each(t, func(h *house) {
		for bad, want := range map[string]string{
			"a,many\n":         "Row 102, column B: Enter a whole number",
			"a,1001\n":         "Row 102, column B: No room holds so many. Correct the number",
			"room 7,3\n":       "Row 102: It is the same as row 9. Leave one of them out",
			"a,\"=1+1\"\n":     "Row 102, column B: Enter a whole number",
			"a,9999999999\n":   "Row 102, column B: Enter a whole number",
			"a,1\nb,\nc,\n":    "Row 103, column B: Enter a whole number",
			"a,0x10\n\n,\n":    "Row 102, column B: Enter a whole number",
			"a,1\n\n\nb,1e3\n": "Row 105, column B: Enter a whole number",
		} {
			text := "door,chairs\n"
			for i := range 100 {
				text += fmt.Sprintf("room %d,%d\n", i, i)
			}
			p := h.look(text+bad, nil)
			if len(p.Problems) == 0 || p.Problems[0].String() != want {
				t.Errorf("%q: %v, want %s", bad, p.Problems, want)
			}
			if _, err := h.Confirm(bg, h.org, lead, p, p.Code, nil); !fail.Is(err, fail.Bad) || len(h.there()) > 0 {
				t.Errorf("%q: %v, and %d rows are there", bad, err, len(h.there()))
			}
		}
		many := "door,chairs\n" + strings.Repeat("x,y\n", 1000)
		if p := h.look(many, nil); p.Found != 1000 || len(p.Problems) != mostProblems {
			t.Errorf("of 1,000 problems %d are found, %d shown", p.Found, len(p.Problems))
		}
		if _, err := h.Preview(bg, h.org, h.asked("door,chairs\na,1\nb,2,3\n", nil)); !fail.Is(err, fail.Bad) {
			t.Errorf("a file that cannot be read to its end: %v", err)
		}
	})
}

// TestColumnsAreNamedOnce: a file with headings that nobody knows is known once a person has
// said what they are, until that import is taken back or not.
func TestColumnsAreNamedOnce(t *testing.T) {
	each(t, func(h *house) {
		const text = "Zimmer;Stühle\nA;1\nB;2\n"
		if _, err := h.Preview(bg, h.org, h.asked(text, nil)); !fail.Is(err, fail.Bad) {
			t.Errorf("headings that nobody knows: %v", err)
		}
		said := &Mapping{Form: "lower", Columns: map[string]string{"room": "ZIMMER", "chairs": "Stühle"}}
		p := h.look(text, said)
		_, err := h.Confirm(bg, h.org, lead, p, p.Code, nil)
		h.must(err)
		if p = h.look("Stühle;Zimmer\n3;A\n2;B\n", nil); p.Changed != 1 || p.Here != 1 || p.Form.Name != "lower" {
			t.Errorf("the next file with these headings: %+v", p)
		}
		if p = h.look("door,chairs\nC,1\n", nil); p.Form.Name != "upper" {
			t.Errorf("a file whose headings tell is %s", p.Form.Name)
		}
		const both = "Zimmer;Stühle;door;chairs\nD;1;E;2\n"
		if p = h.look(both, nil); p.Form.Name != "upper" {
			t.Errorf("a file whose headings tell is taken for one that a person said: %s", p.Form.Name)
		}
		if got := slices.Sorted(maps.Keys(h.there())); !slices.Equal(got, []string{"A", "B"}) {
			t.Errorf("there are %v", got)
		}
	})
}

// TestAListWithoutARow is a mistake until somebody says that it is none. Seen to fail when it ended all at once.
func TestAListWithoutARow(t *testing.T) {
	each(t, func(h *house) {
		p := h.look("door,chairs\nA,1\nB,2\n", nil)
		if got := fmt.Sprint(p.Named.New); got != "[{2 A} {3 B}]" {
			t.Errorf("new are %s", got)
		}
		_, err := h.Confirm(bg, h.org, lead, p, p.Code, nil)
		h.must(err)
		a := h.asked("door,chairs\n", nil)
		if _, err := h.Preview(bg, h.org, a); !fail.Is(err, fail.Bad) || !strings.Contains(fail.Words(err), "no row") {
			t.Errorf("headings alone: %v", err)
		}
		a.Empty = true
		p, err = h.Preview(bg, h.org, a)
		h.must(err)
		if got := fmt.Sprint(p.Named.Left); p.Left != 2 || got != "[{0 A} {0 B}]" {
			t.Errorf("%d would leave: %s", p.Left, got)
		}
		_, err = h.Confirm(bg, h.org, lead, p, p.Code, nil)
		h.must(err)
		if got := h.there(); len(got) > 0 {
			t.Errorf("%v are there", got)
		}
	})
}
