package words_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"heed/internal/web/words"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestMoments(t *testing.T) {
	for instant, want := range map[string]string{
		"2026-08-06T16:32:00Z": "6 August 2026 at 5:32pm", // summer time
		"2026-02-06T17:32:00Z": "6 February 2026 at 5:32pm",
		"2026-02-06T17:00:00Z": "6 February 2026 at 5pm",
		"2026-08-06T11:00:00Z": "6 August 2026 at midday",
		"2026-08-05T23:00:00Z": "6 August 2026 at midnight",
		"2026-08-05T23:00:30Z": "6 August 2026 at midnight",
		"2026-08-06T23:01:00Z": "7 August 2026 at 12:01am",
		"2026-03-29T00:59:00Z": "29 March 2026 at 12:59am", // the hour that is left out
		"2026-03-29T01:00:00Z": "29 March 2026 at 2am",
		"2026-10-25T00:30:00Z": "25 October 2026 at 1:30am", // the hour that comes twice
		"2026-10-25T01:30:00Z": "25 October 2026 at 1:30am",
	} {
		if got := words.Moment(at(instant)); got != want {
			t.Errorf("Moment(%s) = %q, want %q", instant, got, want)
		}
	}
	if got, want := string(words.MomentHTML(at("2026-08-06T16:32:00Z"))),
		`<time datetime="2026-08-06T16:32:00Z">6 August 2026 at 5:32pm</time>`; got != want {
		t.Errorf("MomentHTML = %s", got)
	}
}

func TestSpans(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"2026-08-06T12:00:00Z", "2026-08-08T12:00:00Z", "6 to 8 August 2026"},
		{"2026-07-30T12:00:00Z", "2026-08-02T12:00:00Z", "30 July to 2 August 2026"},
		{"2026-12-30T12:00:00Z", "2027-01-02T12:00:00Z", "30 December 2026 to 2 January 2027"},
		{"2026-08-06T12:00:00Z", "2026-08-06T15:00:00Z", "6 August 2026"},
	} {
		if got := words.Span(at(c.from), at(c.to)); got != c.want {
			t.Errorf("Span(%s, %s) = %q, want %q", c.from, c.to, got, c.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 12345678: "12,345,678", -4000: "-4,000",
		-100: "-100"} {
		if got := words.Number(n); got != want {
			t.Errorf("Number(%d) = %q", n, got)
		}
	}
	for n, want := range map[int]string{0: "0 cases", 1: "1 case", 14: "14 cases", 1000: "1,000 cases"} {
		if got := words.Count(n, "case", "cases"); got != want {
			t.Errorf("Count(%d) = %q", n, got)
		}
	}
	for want, items := range map[string][]string{"": nil, "a": {"a"}, "a and b": {"a", "b"},
		"a, b and c": {"a", "b", "c"}} {
		if got := words.List(items); got != want {
			t.Errorf("List(%q) = %q", items, got)
		}
	}
}

func TestDaysAsPeopleTypeThem(t *testing.T) {
	for _, c := range []struct{ day, month, year, want, part, fault string }{
		{"6", "8", "2026", "6 August 2026", "", ""},
		{" 06 ", "08", "2026 ", "6 August 2026", "", ""},
		{"6", "August", "2026", "6 August 2026", "", ""},
		{"6", "aug", "2026", "6 August 2026", "", ""},
		{"6", "SEPT", "2026", "6 September 2026", "", ""},
		{"6", "Mar.", "2026", "6 March 2026", "", ""},
		{"29", "2", "2028", "29 February 2028", "", ""},
		{"\u200b6\u00a0", "8\u200d", "\ufeff2026", "6 August 2026", "", ""},
		{"", "", "", "", "day", ""},
		{"6", "", "2026", "", "month", "When it happened must include a month"},
		{"", "", "2026", "", "day", "When it happened must include a day and month"},
		{"", "8", "", "", "day", "When it happened must include a day and year"},
		{"29", "2", "2026", "", "day", "When it happened must be a real date"},
		{"0", "2", "2026", "", "day", "When it happened must be a real date"},
		{"6", "13", "2026", "", "month", "When it happened must be a real date"},
		{"6", "ju", "2026", "", "month", "When it happened must be a real date"},
		{"6", "Marchy", "2026", "", "month", "When it happened must be a real date"},
		{"6", "8", "26", "", "year", "When it happened must include a year of 4 numbers"},
		{"6", "8", "0026", "", "year", "When it happened must be a real date"},
		{"6", "8", "twenty", "", "year", "When it happened must be a real date"},
		{"+6", "8", "2026", "", "day", "When it happened must be a real date"},
		{"٦", "8", "2026", "", "day", "When it happened must be a real date"},
	} {
		d, fault := words.ParseDay("when it happened", c.day, c.month, c.year)
		if fault == nil {
			fault = &words.DayFault{}
		}
		if d.String() != c.want || fault.Part != c.part || fault.Words != c.fault {
			t.Errorf("ParseDay(%q, %q, %q) = %q, %+v; want %q, {%s %s}", c.day, c.month, c.year, d, *fault, c.want,
				c.part, c.fault)
		}
	}
}

// The vectors of organisation-rules.json (NHS Data Model and Dictionary).
func TestNHSNumbers(t *testing.T) {
	for typed, want := range map[string]string{
		"9434765919": "943 476 5919", "943 476 5919": "943 476 5919", "943-476-5919": "943 476 5919",
		" 9990000018\t": "999 000 0018",
		"9990000026":    "999 000 0026", "9990000050": "999 000 0050", "999\u00a0000\u20110018": "999 000 0018",
	} {
		n, fault := words.ParseNHSNumber(typed)
		if fault != "" || n.String() != want {
			t.Errorf("ParseNHSNumber(%q) = %q, %q", typed, n, fault)
		}
	}
	for typed, want := range map[string]string{
		"":              "Enter NHS number",
		"9434765918":    "Check the NHS number: it does not look right",
		"0000000000":    "Check the NHS number: it does not look right",
		"9999999999":    "Check the NHS number: it does not look right",
		"943476591":     "NHS number must be 10 numbers",
		"94347659190":   "NHS number must be 10 numbers",
		"943476591X":    "NHS number must not include letters",
		"943/476/5919":  "NHS number must only include numbers",
		"QQ 12 34 56 C": "NHS number must be 10 numbers. This looks like a National Insurance number",
	} {
		if n, fault := words.ParseNHSNumber(typed); fault != want || n != "" {
			t.Errorf("ParseNHSNumber(%q) = %q, %q; want %q", typed, n, fault, want)
		}
	}
	for _, nine := range []string{"999000000", "999000014"} { // no check digit makes these right
		for last := range 10 {
			if _, fault := words.ParseNHSNumber(nine + string(rune('0'+last))); fault == "" {
				t.Errorf("%s%d was taken", nine, last)
			}
		}
	}
}

func TestTexts(t *testing.T) {
	for _, kept := range []string{"", "a\tb\r\nc\vd\f", "\u202eمرحبا\u200f", "Siân O’Neill-Ngũgĩ 李", "=1+1", "<script>",
		"\ufeff", "\u0085"} {
		if fault := words.TextFault("your note", kept); fault != "" {
			t.Errorf("%q: %s", kept, fault)
		}
	}
	for _, refused := range []string{"a\x00b", "\x1b[31m", "\x7f", "\xff", "\xed\xa0\x80"} {
		if fault := words.TextFault("your note", refused); !strings.HasPrefix(fault, "Your note ") {
			t.Errorf("%q: %q", refused, fault)
		}
	}
	if got := words.Lines("a\r\nb\rc\nd"); got != "a\nb\nc\nd" {
		t.Errorf("Lines: %q", got)
	}
	if got := string(words.Typed("<b>\u202e&")); got != "<div class=\"heed-typed\" "+
		"dir=\"auto\">&lt;b&gt;\u202e&amp;</div>" {
		t.Errorf("Typed: %s", got)
	}
}

func FuzzParseDay(f *testing.F) {
	f.Add("6", "aug", "2026")
	f.Add("31", "02", "1999")
	f.Fuzz(func(t *testing.T, day, month, year string) {
		d, fault := words.ParseDay("when it happened", day, month, year)
		if (fault == nil) == d.IsZero() {
			t.Fatalf("ParseDay(%q, %q, %q) = %v, %v", day, month, year, d, fault)
		}
		if fault != nil {
			return
		}
		again, err := time.Parse(time.DateOnly, d.ISO())
		if y, m, n := again.Date(); err != nil || (words.Day{Year: y, Month: m, Day: n}) != d || words.DayOf(d.Time()) != d {
			t.Fatalf("%v does not survive: %v, %v, %v", d, again, err, words.DayOf(d.Time()))
		}
	})
}

func FuzzParseNHSNumber(f *testing.F) {
	f.Add("943 476 5919")
	f.Add("QQ123456C")
	f.Fuzz(func(t *testing.T, typed string) {
		n, fault := words.ParseNHSNumber(typed)
		if (fault == "") != (len(n) == 10) {
			t.Fatalf("ParseNHSNumber(%q) = %q, %q", typed, n, fault)
		}
		if again, fault2 := words.ParseNHSNumber(n.String()); fault == "" && (again != n || fault2 != "") {
			t.Fatalf("%q does not survive being shown", n)
		}
	})
}

func FuzzTyped(f *testing.F) {
	f.Add("<script>\x00\u202e")
	f.Fuzz(func(t *testing.T, s string) {
		shown := string(words.Typed(s))
		inner := strings.TrimSuffix(strings.TrimPrefix(shown, `<div class="heed-typed" dir="auto">`), "</div>")
		if strings.ContainsAny(inner, `<>"'`) {
			t.Fatalf("%q shown as %q", s, shown)
		}
		if words.TextFault("it", s) == "" && !utf8.ValidString(shown) {
			t.Fatalf("%q shown as invalid UTF-8", s)
		}
	})
}
